"""Every screen of the portal by name, and the stage on which all their states are to be seen."""

from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import STILL
from tests.browser.people import Person, watched
from tests.stacks import Stack, eventually

CLIENTS = ("client", "client.kz")


@dataclass(frozen=True)
class Screen:
    """A page as one person sees it; ``press`` opens a dialog on it."""

    name: str
    who: str
    path: str
    press: str = ""
    status: int = 200
    console: tuple[str, ...] = ()


FAILED = "Failed to load resource: the server responded with a status of"
NOT_FOUND = (f"{FAILED} 404 (NOT FOUND)",)
# The numbers are those of the demo's stories in portal/cli/demo.py, in their order.
SCREENS = (
    Screen("sign in", "", "/sign-in"),
    Screen("overview", "admin", "/"),
    Screen("payments", "admin", "/payments"),
    Screen("payments of a viewer", "viewer", "/payments"),
    Screen("payments filtered", "admin", "/payments?q=Васильев&status=partly_refunded&method=sbp"),
    Screen("payments not found", "admin", "/payments?q=89990000000"),
    Screen("payments, a word too short", "admin", "/payments?q=аб"),
    Screen("payments, dialog of a refund", "admin", "/payments?q=Васильев", "#p11 [data-refund]"),
    Screen("payments, why not", "admin", "/payments", "#p12 [data-refund]"),
    Screen("payments, a running refund", "admin", "/payments", "#p9 [data-refund]"),
    Screen("payment", "admin", "/payments/12"),
    Screen("payment refunded", "admin", "/payments/13"),
    Screen("payment refunded in part", "admin", "/payments/11"),
    Screen("payment with money on its way", "admin", "/payments/9"),
    Screen("payment with an unknown refund", "super", "/payments/10"),
    Screen("refund form", "admin", "/payments/11/refund"),
    Screen("refund forbidden", "admin", "/payments/12/refund"),
    Screen("refund on its way", "admin", "/refunds/{on its way}"),
    Screen("refund unknown", "super", "/refunds/{unknown}"),
    Screen("refund done", "admin", "/refunds/{done}"),
    Screen("refund resolved by hand", "super", "/refunds/{unknown}/resolve"),
    Screen("consultations", "admin", "/consultations"),
    Screen("consultation", "admin", "/consultations/14"),
    Screen("consultation not paid", "admin", "/consultations/16"),
    Screen("consultation cancelled", "admin", "/consultations/9"),
    Screen("consultation, cancel", "admin", "/consultations/14/cancel"),
    Screen("consultations, cancel", "admin", "/consultations", "#c14 .act a"),
    Screen("consultation, complete", "admin", "/consultations/14/complete"),
    Screen("consultation given", "admin", "/consultations/{given}"),
    Screen("buy, client", "admin", "/consultations/buy"),
    Screen("buy, time", "admin", "/consultations/buy/10"),
    Screen("buy, how to pay", "admin", "/consultations/buy/8/2"),
    Screen("link to pay", "admin", "/consultations/16/link"),
    Screen("slots", "admin", "/slots"),
    Screen("slots, offer", "admin", "/slots/new"),
    Screen("slot, withdraw", "admin", "/slots/2/withdraw"),
    Screen("users", "admin", "/users"),
    Screen("user", "admin", "/users/10"),
    Screen("user, telephone", "admin", "/users/10/phone"),
    Screen("user, statement", "admin", "/users/10?tab=statement"),
    Screen("user, consultations", "viewer", "/users/10?tab=consultations"),
    Screen("deliveries", "super", "/deliveries"),
    Screen("delivery", "super", "/deliveries/1"),
    Screen("banks", "super", "/banks"),
    Screen("bank", "super", "/banks/tochka"),
    Screen("bank, suspend", "super", "/banks/tochka/suspend"),
    Screen(
        "not allowed", "client", "/payments", status=403, console=(f"{FAILED} 403 (FORBIDDEN)",)
    ),
    Screen("not found", "admin", "/payments/999999", status=404, console=NOT_FOUND),
    Screen("not found by a stranger", "", "/pay/nothing", status=404, console=NOT_FOUND),
    Screen("whose card", "client.kz", "/pay/{token}/card?change=1"),
    Screen("how to pay", "client.kz", "/pay/{token}/method"),
    Screen("how to pay, with a balance", "kim", "/pay/{token of kim}/method"),
    Screen("how to pay from abroad", "", "/pay/{token abroad}/method"),
    Screen("code of SBP", "client.kz", "/pay/{token}/sbp"),
    Screen("waiting for the bank", "client.kz", "/pay/{token}/wait"),
    Screen("not paid at the bank", "client.kz", "/pay/{token}/wait?declined=1"),
    Screen("paid", "client", "/pay/{paid token}/done"),
    Screen("own consultations", "client", "/account"),
    Screen("time to book", "client", "/account/book"),
    Screen("time to book, confirm", "client", "/account/book/2"),
    Screen("own balance", "client", "/account/balance"),
    Screen("own cards", "client", "/account/cards"),
    Screen("own card, bind", "client", "/account/cards/new"),
    Screen("own card, check", "client", "/account/cards/checks/{check}"),
    Screen("own card, on the bank's page", "client.kz", "/account/cards/bindings/1"),
    Screen("own card, unbind", "client", "/account/cards/{card}/unbind"),
    Screen("own payment, proof", "client", "/account/payments/9/proof"),
    Screen("own refund", "client", "/account/refunds/{on its way}"),
    Screen("user with a card", "admin", "/users/4"),
    Screen("checks of cards", "admin", "/card-checks"),
    Screen("own consultation, cancel", "client", "/account/consultations/14/cancel"),
    Screen("own refund, ask", "client", "/account/payments/9/ask"),
    Screen("payments, asked back", "admin", "/payments?flag=asked"),
    Screen("rights", "super", "/access"),
    Screen("rights of one role", "super", "/access?role=viewer"),
    Screen("role, new", "super", "/access/roles"),
    Screen("people who hold a right", "super", "/access/people?right=refunds:create"),
    Screen("portal as somebody", "super", "/access/preview?user=3"),
    Screen("right, hand over", "super", "/users/4/grants"),
    Screen("role of a person, change", "super", "/users/3/role"),
    Screen("journal", "super", "/audit"),
    Screen("journal filtered", "super", "/audit?action=money&outcome=done"),
    Screen("profile", "client", "/profile"),
    Screen("profile of staff", "viewer", "/profile"),
    Screen("password, change", "client", "/profile/password"),
    Screen("password, confirm", "super", "/confirm/password"),
    Screen("password forgotten", "", "/password/forgotten"),
)


class Stage:
    """The demo with refunds in every state and people who are signed in."""

    def __init__(self, browser: Browser, stack: Stack) -> None:
        self.browser, self.stack = browser, stack
        self.places: dict[str, str] = {}
        self.faults: list[str] = []
        names = ("admin", "super", "viewer", "kim", *CLIENTS)
        self._pages = {name: watched(self._context(), self.faults) for name in ("", *names)}
        self.people = {name: Person(self._pages[name], stack).comes_in(name) for name in names}

    def _context(self) -> BrowserContext:
        return self.browser.new_context(**STILL, timezone_id="Europe/Moscow")

    def sets(self) -> "Stage":
        """Bring money on its way, back, and into doubt; leave a payer at the bank's door."""
        self._tells("settings", card_refund_seconds=86400)
        self.people["super"].opens("/banks/tochka")
        self.people["super"].presses("Проверить сейчас")
        self.places["on its way"] = self._refunds(9)
        self.places["done"] = self._cancels_and_refunds(13)
        self._ends(self.places["on its way"], "Деньги в пути")
        self._ends(self.places["done"], "Деньги возвращены")
        self._tells("faults", call="refund", fault="refuse")
        self._ends(self._refunds(11), "Не прошёл")
        self._tells("faults", call="refund", fault="lost_before")
        self.places["unknown"] = self._refunds(10)
        self._ends(self.places["unknown"], "Результат неизвестен")
        self._ends(self._refunds(11, "1000"), "Деньги возвращены")
        self._pays()
        self._binds()
        self.people["kim"].opens("/account")
        self.people["kim"].page.locator("#c20").get_by_role("link", name="Оплатить").click()
        self.places["token of kim"] = self.people["kim"].page.url.split("/")[-2]
        self._saves()
        self._gives()
        self._goes_abroad()
        return self

    def shows(self, screen: Screen) -> Page:
        """Open the screen as its person sees it, with its dialog and all that unfolds."""
        self.faults.clear()
        page = self._pages[screen.who]
        answer = page.goto(self.stack.portal_url + screen.path.format(**self.places))
        assert answer is not None
        assert answer.status == screen.status, f"{screen.name}: {answer.status}"
        if screen.press:
            page.click(screen.press)
            page.wait_for_selector("#dlg[open] .dlg")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        return page

    def _tells(self, what: str, **wish: str | int) -> None:
        body = wish if what == "settings" else {"bank": "tochka", **wish}
        self.stack.control.post(what, json=body).raise_for_status()

    def _refunds(self, payment: int, part: str = "") -> str:
        anna = self.people["admin"]
        anna.opens(f"/payments/{payment}/refund")
        return self._sends(part)

    def _cancels_and_refunds(self, consultation: int) -> str:
        anna = self.people["admin"]
        anna.opens(f"/consultations/{consultation}/cancel?refund=1")
        anna.page.get_by_label("Клиент").check()
        anna.presses("Отменить консультацию")
        anna.page.wait_for_url("**/payments/*/refund")
        return self._sends("")

    def _sends(self, part: str) -> str:
        page = self.people["admin"].page
        if part:
            page.get_by_label("Часть суммы").check()
            page.fill("#amount", part)
        page.get_by_label("Причина").select_option("cancelled_by_client")
        page.locator("main button.danger").click()
        return page.locator("[id^=rp-]").get_attribute("id").removeprefix("rp-")

    def _ends(self, refund: str, words: str) -> None:
        anna = self.people["admin"]

        def is_so() -> bool:
            anna.opens(f"/refunds/{refund}")
            return words in anna.page.locator("h2").first.inner_text()

        assert eventually(is_so, 20), words

    def _pays(self) -> None:
        for name, key in (("client", "paid token"), ("client.kz", "token")):
            person = self.people[name]
            person.opens("/account")
            person.page.get_by_role("link", name="Оплатить").first.click()
            self.places[key] = person.page.url.split("/")[-2]
            person.page.locator(".methods button[type=submit]").click()
            person.page.wait_for_url("**/sbp*")
            person.presses("Открыть страницу банка")
            person.page.wait_for_url("**/tochka/order/**")
        self.people["client"].presses("Оплатить по СБП")
        self.people["client"].page.wait_for_url("**/done")

    def _binds(self) -> None:
        kirill = self.people["client"]
        kirill.opens("/account/cards/new")
        kirill.presses("Перейти на страницу банка")
        kirill.page.wait_for_url("**/tochka/order/**")
        kirill.page.get_by_label("Сохранить карту").check()
        kirill.presses("Оплатить картой")
        kirill.page.wait_for_url("**/checks/*")
        kirill.sees("Карта привязана")
        self.places["check"] = kirill.page.url.rpartition("/")[2]
        kirill.opens("/account/cards")
        card = kirill.page.locator("section[id^=card]").first.get_attribute("id")
        self.places["card"] = card.removeprefix("card")

    def _saves(self) -> None:
        anna = self.people["admin"]
        anna.opens("/payments?status=partly_refunded")
        anna.page.get_by_text("Сохранить вид").click()
        anna.page.fill("#view-name", "Возвращены частично")
        anna.presses("Сохранить")
        anna.sees("Он виден только вам")

    def _gives(self) -> None:
        anna = self.people["admin"]
        anna.opens("/consultations/buy/10/3")
        anna.page.get_by_label("Подарок").check()
        anna.page.fill("#reason", "Консультация в июле сорвалась по нашей вине")
        anna.page.locator("main button.main").click()
        anna.sees("консультация подарена")
        self.places["given"] = anna.page.url.rpartition("/")[2]

    def _goes_abroad(self) -> None:
        """Let somebody with the link alone say that their card is of another country."""
        daniyar = self.people["client.kz"]
        daniyar.opens("/account")
        link = daniyar.page.locator("#c21").get_by_role("link", name="Оплатить")
        self.places["token abroad"] = (link.get_attribute("href") or "").split("/")[-2]
        daniyar.opens("/account/cards/new")
        daniyar.presses("Привязать карту другой страны")
        daniyar.page.wait_for_url("**/cardstorage/view*")
        page = self._pages[""]
        page.goto(f"{self.stack.portal_url}/pay/{self.places['token abroad']}/card?change=1")
        page.get_by_label("Казахстанского или другой страны").check()
        page.get_by_role("button", name="Продолжить").click()
        page.wait_for_url("**/method")
