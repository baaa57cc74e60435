"""People at their screens: what they press and what they see, in the words of the screens."""

from dataclasses import dataclass

import httpx
from playwright.sync_api import BrowserContext, Page, expect

from tests.pages import form_token
from tests.stacks import TRUST, Stack, eventually

PASSWORD = "ponimayu-demo"


def watched(context: BrowserContext, faults: list[str]) -> Page:
    """Open a page whose script errors and CSP violations are collected."""
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    return page


@dataclass
class Person:
    """Somebody in front of one browser."""

    page: Page
    stack: Stack

    def signs_in(self, name: str) -> "Person":
        """Sign in as one of the demo people."""
        self.opens("/sign-in")
        self.page.fill("#email", f"{name}@ponimayu.test")
        self.page.fill("#password", PASSWORD)
        self.page.click("main button[type=submit]")
        expect(self.page.locator("h1")).not_to_have_text("Вход")
        return self

    def comes_in(self, name: str) -> "Person":
        """Be signed in already: the form itself is in the story of the whole circle."""
        with httpx.Client(base_url=self.stack.portal_url, verify=TRUST, trust_env=False) as door:
            form = {"email": f"{name}@ponimayu.test", "password": PASSWORD}
            form["csrf_token"] = form_token(door.get("/sign-in").text)
            assert door.post("/sign-in", data=form).status_code == 303
            cookies = {each.name: each.value for each in door.cookies.jar}
        url = self.stack.portal_url
        self.page.context.add_cookies(
            [{"name": key, "value": value, "url": url} for key, value in cookies.items()]
        )
        self.opens("/")
        return self

    def opens(self, path: str) -> None:
        """Open a page of the portal."""
        self.page.goto(f"{self.stack.portal_url}{path}")

    def presses(self, name: str) -> None:
        """Press a link or a button by its words."""
        button = self.page.get_by_role("button", name=name)
        link = self.page.get_by_role("link", name=name)
        button.or_(link).first.click()

    def sees(self, text: str) -> None:
        """Wait until the words are on the page; without scripts, look again sooner than it does."""

        def is_there() -> bool:
            if self.page.get_by_text(text).first.is_visible():
                return True
            self.page.wait_for_timeout(100)
            if self.page.locator("head meta[http-equiv=refresh]").count():
                self.page.reload()
            return False

        if not eventually(is_there, 10):
            self.page.reload()
        expect(self.page.get_by_text(text).first).to_be_visible()
