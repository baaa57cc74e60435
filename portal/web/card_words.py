"""The words of bound cards and of their checks: dated steps, and what they mean for the money."""

from portal.domain.cards import BindingState, ReturnState
from portal.domain.refunds import AccountMode, RefundStatus
from portal.jobs.accounts import banks
from portal.store.card_checks import CardCheck
from portal.store.cards import BoundCard
from portal.web.formats import NBSP, money
from portal.web.refund_words import Step

BRANDS = {"mir": "Мир", "visa": "Visa", "mastercard": "Mastercard", "unionpay": "UnionPay"}
UNAVAILABLE = (
    "Привязать карту сейчас нельзя: банк не хранит карты, не отвечает, или приём платежей "
    "приостановлен. Деньги не списаны."
)
CHARGEABLE = (
    "Эту карту портал может списать сам, но только когда вы нажмёте «Списать» при оплате или "
    "скажете сотруднику, что согласны."
)
#: The same of a card that its client has let us charge before staff could.
BY_PRESS = "Эту карту портал может списать сам, но только когда вы нажмёте «Списать» при оплате."
RETURNED_BY_HAND = "Возврат таких оплат делает сотрудник в кабинете банка."
PICKED_AT_BANK = (
    "При оплате картой банк предложит её на своей странице, сам портал её не списывает."
)
NOT_NOW = "Сейчас этой картой здесь не заплатить: списание с привязанных карт выключено."
#: What the binding means for the client.
BINDINGS = {
    BindingState.ASKED: "Готовим страницу банка. Деньги не списаны.",
    BindingState.LINK: "Ждём, пока вы введёте карту на странице банка. Деньги не списаны.",
    BindingState.CHARGED: (
        "Банк списал {sum}, но ещё не назвал карту. Деньги уже возвращаем, делать ничего не нужно."
    ),
    BindingState.BOUND: "Карта привязана. При оплате банк предложит её на своей странице.",
    BindingState.NOT_KEPT: (
        "Банк не сохранил карту: возможно, на его странице не было отметки «Сохранить карту». "
        "Привязать карту можно ещё раз."
    ),
    BindingState.EXPIRED: "Время вышло, карта не привязана. Деньги не списаны, можно начать снова.",
    BindingState.FAILED: "Банк не открыл страницу привязки. Деньги не списаны, попробуйте позже.",
}
#: The same for whom the bank has sent back from its page; that proves nothing (I-30).
DECLINED = (
    "Похоже, банк не принял карту. Если деньги всё же списались, мы увидим это за пару минут и "
    "вернём их. Попробуйте ещё раз или другую карту на странице банка."
)
#: Where the client begins anew.
AGAIN = (BindingState.NOT_KEPT, BindingState.EXPIRED, BindingState.FAILED)
#: What the return means for the client.
RETURNS = {
    ReturnState.NONE: "",
    ReturnState.ON_ITS_WAY: (
        "{sum} возвращаются на карту: обычно 3–7 дней, иногда до 30. Делать ничего не нужно."
    ),
    ReturnState.UNKNOWN: (
        "Банк не ответил, вернул ли он {sum}. Мы сами это выясним и второй раз ничего не отправим."
    ),
    ReturnState.RETURNED: "{sum} возвращены на карту.",
    ReturnState.OWED: (
        "Банк не вернул {sum}. Они у нас, на баланс не попали. Мы это видим и вернём сами; "
        "если через неделю их нет, напишите администратору."
    ),
}
_TITLES = {
    BindingState.ASKED: ("running", "Готовим страницу банка"),
    BindingState.LINK: ("running", "Ждём карту на странице банка"),
    BindingState.CHARGED: ("running", "Ждём, пока банк назовёт карту"),
    BindingState.BOUND: ("done", "Карта привязана"),
    BindingState.NOT_KEPT: ("problem", "Банк не сохранил карту"),
    BindingState.EXPIRED: ("problem", "Время вышло, карта не привязана"),
    BindingState.FAILED: ("problem", "Банк отказал, карта не привязана"),
}
_BACK = {
    ReturnState.NONE: ("ahead", "Вернём {sum}"),
    ReturnState.ON_ITS_WAY: ("running", "Возвращаем {sum}"),
    ReturnState.UNKNOWN: ("running", "Выясняем у банка, вернул ли он {sum}"),
    ReturnState.RETURNED: ("done", "{sum} возвращены"),
    ReturnState.OWED: ("problem", "{sum} пока не возвращены"),
}


def card_name(card: BoundCard) -> str:
    """Name a card as people know it: «Мир •• 4242»; the bank may tell neither."""
    brand = BRANDS.get((card.brand or "").lower(), card.brand or "Карта")
    return f"{brand}{NBSP}••{NBSP}{card.last4}" if card.last4 else brand


def is_chargeable(card: BoundCard) -> bool:
    """Tell whether the portal can charge a card by itself: its client and its account allow it.

    An account that the settings have retired takes nothing from any card.
    """
    account = banks().find(card.account)
    if account is None or account.mode is not AccountMode.ACTIVE:
        return False
    if account.charges_tokens:
        return card.token_id is not None
    return account.charges_cards and card.charged_operation is not None


def card_note(card: BoundCard) -> str:
    """Say to its client what a card is good for now, and how its money goes back."""
    account = banks().find(card.account)
    is_open = account is not None and account.mode is AccountMode.ACTIVE
    can = account.connector.capabilities if account and is_open else None
    if is_chargeable(card):
        words = CHARGEABLE if card.allows_staff else BY_PRESS
        return words if can and can.returns_charges else f"{words} {RETURNED_BY_HAND}"
    return PICKED_AT_BANK if can and can.keeps_cards else NOT_NOW


def check_steps(check: CardCheck) -> list[Step]:
    """Tell a check as three dated steps: begun, bound, returned."""
    payment, refund, sum_ = check.payment, check.refund, money(check.payment.amount)
    state, words = _TITLES[check.binding]
    steps = [Step("done", "Привязка начата", payment.created_at)]
    steps.append(Step(state, words, payment.paid_at))
    if check.binding in (BindingState.EXPIRED, BindingState.FAILED):
        return steps
    state, words = _BACK[check.returning]
    at = refund.finished_at if refund and refund.status is not RefundStatus.UNKNOWN else None
    return [*steps, Step(state, words.format(sum=sum_), at)]


def check_line(check: CardCheck) -> str:
    """Say to staff in one line how far the binding is and where the sum is."""
    return " · ".join(step.text for step in check_steps(check)[1:])


def check_sentence(check: CardCheck, *, is_declined: bool = False) -> str:
    """Say what happened, what it means for the money, and what to do."""
    if is_declined and check.binding is BindingState.LINK:
        return DECLINED
    sum_ = money(check.payment.amount)
    is_said = (check.binding, check.returning) == (BindingState.CHARGED, ReturnState.ON_ITS_WAY)
    back = "" if is_said else RETURNS[check.returning]
    return f"{BINDINGS[check.binding]} {back}".format(sum=sum_).rstrip()


CHECK_ALREADY_MOVED = "Этот возврат уже идёт, выясняется или закончен. Ничего не отправлено."
CHECK_FORM_STALE = "Страница устарела, ничего не отправлено. Нажмите ещё раз."
_FOR_STAFF = {
    ReturnState.NONE: "Деньги не приняты: ответ банка не совпал с нашей записью. Сверьте с банком.",
    ReturnState.ON_ITS_WAY: "Возврат идёт, но ответ банка не совпал с нашей записью.",
    ReturnState.UNKNOWN: (
        "Банк не ответил на возврат. Повторять нельзя: портал читает операцию сам, "
        "а если строки нет, решает человек по выписке."
    ),
    ReturnState.RETURNED: "Деньги вернулись, но ответ банка не совпал с нашей записью.",
    ReturnState.OWED: (
        "Деньги клиента у нас, на его балансе их нет. Причина отказа ниже; возврат можно "
        "отправить ещё раз или вернуть деньги в кабинете банка, портал это увидит."
    ),
}


def staff_sentence(check: CardCheck) -> str:
    """Say to staff what happened to the sum of a check, and what to do."""
    return _FOR_STAFF[check.returning]
