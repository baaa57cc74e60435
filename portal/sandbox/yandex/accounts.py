"""Who has an account at the simulated Yandex, and what was handed out: codes and tokens."""

import secrets
from datetime import datetime, timedelta

from pydantic import BaseModel

from portal.sandbox.world import World

#: Login -> id, a string as in yandex.ru/dev/id/doc/ru/user-information.
ACCOUNTS = {
    "petrova.pay": "1130000000000001",
    "glebov.pay": "1130000000000002",
    "ivanov": "1130000000000003",
}
CODE_LASTS = timedelta(minutes=10)


class Code(BaseModel):
    """A code of one authorization: taken once, with the verifier of its challenge."""

    code: str
    login: str
    client_id: str
    redirect_uri: str
    challenge: str
    created_at: datetime


class Token(BaseModel):
    """A token: whose, and given to which application."""

    token: str
    login: str
    client_id: str


def give_code(world: World, login: str, asked: dict[str, str]) -> Code:
    """Write a code down for who has chosen an account."""
    code = Code(
        code=secrets.token_hex(8),
        login=login,
        client_id=asked["client_id"],
        redirect_uri=asked["redirect_uri"],
        challenge=asked["code_challenge"],
        created_at=world.now(),
    )
    world.store.put(code.code, code)
    return code


def take_code(world: World, code: str) -> Code | None:
    """Return a code and forget it, whatever comes of it; None for one that is unknown or old."""
    with world.store.transaction():
        found = world.store.find(Code, code)
        world.store.delete(Code, code)
    is_young = found is not None and world.now() < found.created_at + CODE_LASTS
    return found if is_young else None


def give_token(world: World, code: Code) -> Token:
    """Write a token down for the application that has shown the code."""
    token = Token(
        token=f"y0_{secrets.token_urlsafe(32)}", login=code.login, client_id=code.client_id
    )
    world.store.put(token.token, token)
    return token
