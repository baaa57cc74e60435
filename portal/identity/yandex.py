"""Yandex ID: where to send a person, and who came back (yandex.ru/dev/id/doc).

Values in, values out, no database. Authlib makes the address and the request for the token (PKCE
S256); the line under it has a time limit and a size limit, follows nothing and logs no secret.
"""

import logging
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portal import wire
from portal.domain.identities import YandexAccount, YandexRefused, YandexUnavailable
from portal.domain.transactions import forbid_open_transaction

#: The id and the login, nothing else about the person.
SCOPE = "login:info"
TIMEOUT_SECONDS = 10.0
MAX_ANSWER_BYTES = 64 * 1024
_log = logging.getLogger("portal.identity")


@dataclass(frozen=True, slots=True)
class YandexApp:
    """Our application at Yandex, and where Yandex is."""

    client_id: str
    client_secret: str = field(repr=False)
    oauth_url: str
    login_url: str


class _Token(BaseModel):
    """The answer with the token, as far as it is used."""

    access_token: str = Field(min_length=1, max_length=4096)
    token_type: str


class _Info(BaseModel):
    """The answer about the person (login.yandex.ru/info), as far as it is used."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = Field(min_length=1, max_length=64)
    login: str = Field("", max_length=200)
    client_id: str


class YandexClient:
    """Speaks to Yandex for our application; every conversation has a line of its own."""

    def __init__(self, app: YandexApp, transport: httpx.BaseTransport | None = None) -> None:
        self._app = app
        self._transport = transport

    @property
    def origin(self) -> str:
        """Where the person is sent: scheme and host."""
        url = httpx.URL(self._app.oauth_url)
        return f"{url.scheme}://{url.netloc.decode()}"

    def authorization_url(self, state: str, verifier: str, redirect_uri: str) -> str:
        """Return the address at which the person chooses an account; it is asked every time."""
        with self._line() as line:
            url, _ = self._oauth(line, redirect_uri).create_authorization_url(
                f"{self._app.oauth_url}/authorize",
                state=state,
                code_verifier=verifier,
                force_confirm="yes",
            )
        return str(url)

    def read_account(self, code: str, verifier: str, redirect_uri: str) -> YandexAccount:
        """Change the code for a token, ask once whose it is, and forget the token.

        Raises YandexUnavailable, and YandexRefused with ``kind``: token, token_type, client, info.
        Raises RuntimeError inside a database transaction (law 3).
        """
        forbid_open_transaction("a call to Yandex")
        try:
            with self._line() as line:
                token = self._token(line, code, verifier, redirect_uri)
                info = self._info(line, token)
        except (httpx.HTTPError, ValueError, TypeError) as error:
            raise YandexUnavailable(what=type(error).__name__) from None
        if info.client_id != self._app.client_id:
            raise YandexRefused(kind="client")
        return YandexAccount(info.id, info.login)

    def _token(self, line: "_Line", code: str, verifier: str, redirect_uri: str) -> str:
        try:
            answer = self._oauth(line, redirect_uri).fetch_token(
                f"{self._app.oauth_url}/token",
                code=code,
                code_verifier=verifier,
                auth=httpx.BasicAuth(self._app.client_id, self._app.client_secret),
            )
            token = _Token.model_validate(answer)
        except (OAuth2Error, ValidationError):
            raise YandexRefused(kind="token") from None
        if token.token_type.lower() != "bearer":
            raise YandexRefused(kind="token_type")
        return token.access_token

    def _info(self, line: "_Line", token: str) -> _Info:
        answer = line.call(
            "GET",
            f"{self._app.login_url}/info",
            params={"format": "json"},
            headers={"Authorization": f"OAuth {token}"},
        )
        if answer.status_code >= 500:
            answer.raise_for_status()
        if answer.status_code != 200:
            raise YandexRefused(kind="info")
        try:
            return _Info.model_validate(answer.json())
        except ValidationError:
            raise YandexRefused(kind="info") from None

    def _oauth(self, line: "_Line", redirect_uri: str) -> OAuth2Client:
        """Return Authlib's client over our line; its own for httpx wants another library."""
        return OAuth2Client(
            line,
            client_id=self._app.client_id,
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _line(self) -> "_Line":
        return _Line(
            verify=wire.trust(),
            timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=wire.CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
            transport=self._transport,
            headers={"Accept-Encoding": "identity"},
        )


class _Line(httpx.Client):
    """A connection that reads no answer that is endless, in size or in time."""

    def call(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send once and return the whole answer; raise httpx.HTTPError."""
        started, outcome = time.monotonic(), "lost"
        try:
            with self.stream(method, url, **options) as answer:
                body = wire.read(answer, started + TIMEOUT_SECONDS, most=MAX_ANSWER_BYTES)
            outcome = str(answer.status_code)
        finally:
            spent = (time.monotonic() - started) * 1000
            _log.info("yandex: %s %s -> %s in %d ms", method, httpx.URL(url).path, outcome, spent)
        return httpx.Response(answer.status_code, content=body, request=answer.request)

    def post(self, url: Any, **options: Any) -> httpx.Response:
        """Send what Authlib has made."""
        return self.call("POST", url, **options)
