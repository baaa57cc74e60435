"""Анна with her account at a simulated Yandex, reached over HTTP, at the doors of the portal."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.domain.actors import SYSTEM, Actor
from portal.domain.identities import YandexAccount
from portal.domain.permissions import Role
from portal.identity.yandex import YandexApp, YandexClient
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from portal.store.sessions import UserSession
from portal.usecases.users import NewUser, create_user
from portal.usecases.yandex import link_yandex
from tests import builders
from tests.banks import simulators
from tests.builders import NOW
from tests.stacks import TRUST

PETROVA = YandexAccount("1130000000000001", "petrova.pay")
GLEBOV = YandexAccount("1130000000000002", "glebov.pay")
TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)"')


@dataclass(frozen=True)
class Person:
    """Somebody of the portal in one browser."""

    client: FlaskClient
    user_id: int

    def posts(
        self, path: str, data: dict[str, str] | None = None, **options: object
    ) -> TestResponse:
        """Send a form with its CSRF token."""
        token = TOKEN.search(self.client.get("/confirm/yandex").text)[1]
        return self.client.post(path, data={**(data or {}), "csrf_token": token}, **options)

    def starts(self, next_path: str = "/payments") -> str:
        """Press the button and return the address at Yandex where it leads."""
        answer = self.posts("/confirm/yandex", query_string={"next": next_path})
        assert answer.status_code == 303
        return answer.location

    def confirms(self, login: str = "petrova.pay", next_path: str = "/payments") -> TestResponse:
        """Go the whole way with the chosen account."""
        return self.client.get(chosen(self.starts(next_path), login))

    @property
    def confirmed(self) -> list[object]:
        """When each of the person's sessions was confirmed by the second step."""
        with self.client.application.app_context(), transaction() as session:
            rows = session.query(UserSession).filter_by(user_id=self.user_id)
            return [row.yandex_at for row in rows.order_by(UserSession.id)]


def chosen(url: str, login: str = "petrova.pay") -> str:
    """Choose an account on the page of Yandex; return path and query of the way back."""
    answer = httpx.post(url, data={"login": login}, verify=TRUST, trust_env=False)
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def said(back: str) -> dict[str, str]:
    """Return the parameters with which Yandex sends somebody back."""
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


def entries(app: Flask, action: str) -> list[tuple[str, object]]:
    """Return outcome and changes of the journal's entries about an action."""
    with app.app_context(), transaction() as session:
        rows = session.query(AuditEntry).filter_by(action=action).order_by(AuditEntry.id)
        return [(row.outcome.value, row.changes) for row in rows]


@pytest.fixture(scope="session")
def simulators_url() -> Iterator[str]:
    """Give the address of running simulators."""
    with simulators.running() as url:
        yield url


@pytest.fixture
def control(simulators_url: str) -> Iterator[httpx.Client]:
    """Give the control of simulators without a memory."""
    base_url = f"{simulators_url}/_control/"
    with httpx.Client(base_url=base_url, verify=TRUST, trust_env=False, timeout=30) as client:
        client.post("reset")
        yield client


@pytest.fixture
def portal(app: Flask, simulators_url: str, control: httpx.Client) -> Flask:
    """Give the portal with the second step required and Yandex simulated."""
    at = f"{simulators_url}/yandex"
    app.extensions["yandex"] = YandexClient(
        YandexApp("local-yandex-client", "local.yandex.secret", at, at)
    )
    switch(app, yandex_required=True)
    return app


def switch(app: Flask, **settings: object) -> None:
    """Change settings of a running portal."""
    app.config["PORTAL"] = app.config["PORTAL"].model_copy(update=settings)


def arrives(app: Flask, user_id: int) -> Person:
    """Sign somebody in at a browser of their own."""
    with app.app_context():
        return Person(builders.sign_in(app.test_client(), user_id), user_id)


def employ(app: Flask, name: str, role: Role, account: YandexAccount | None) -> int:
    """Make somebody who works here, with an account bound; return their number."""
    with app.app_context():
        new = NewUser(f"{name}@example.test", name, role, password="correct horse battery")
        user_id = create_user(new, actor=SYSTEM, now=NOW)
        if account is not None:
            link_yandex(user_id, account, actor=Actor(user_id, name), now=NOW)
        return user_id


@pytest.fixture
def anna(portal: Flask) -> Person:
    """Give Анна of the staff, bound to petrova.pay, who has just signed in."""
    return arrives(portal, employ(portal, "anna", Role.ADMIN, PETROVA))
