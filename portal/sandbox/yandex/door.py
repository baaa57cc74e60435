"""The simulated Yandex: its page with the choice of an account, the token, who it was.

Stricter than life: PKCE with S256 must be there and fit, a code works once.
"""

import base64
import hashlib
import hmac
import time
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, render_template, request
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as Answer

from portal.sandbox.connections import cut_connection
from portal.sandbox.faults import Fault, take_fault
from portal.sandbox.journal import note
from portal.sandbox.world import World, current_world
from portal.sandbox.yandex.accounts import ACCOUNTS, Token, give_code, give_token, take_code

ASKED = ("client_id", "redirect_uri", "state", "code_challenge")
STATUSES = {"status_400": 400, "status_500": 500, "status_502_html": 502}
CHALLENGE_CHARACTERS = 43
yandex = Blueprint("yandex", __name__, url_prefix="/yandex")


@yandex.get("/authorize")
def choose() -> Answer | str:
    """Show the accounts to choose from; 400 for a request that Yandex would not know."""
    asked, fault = _asked(), _fault("authorize")
    if fault is not None and fault.fault == "denied":
        return _back(asked, error="access_denied", error_description="User denied access")
    trouble = _play(fault)
    return trouble or render_template("sandbox/yandex.html", accounts=ACCOUNTS, asked=asked)


@yandex.post("/authorize")
def press() -> Answer:
    """Send the person back with a code for the chosen account, or with their refusal."""
    asked, login = _asked(), request.form.get("login", "")
    world = current_world()
    note(world, "yandex", "authorize", executed=login in ACCOUNTS, details={"login": login})
    if login not in ACCOUNTS:
        return _back(asked, error="access_denied", error_description="User denied access")
    return _back(asked, code=give_code(world, login, asked).code)


@yandex.post("/token")
def change_code() -> Answer:
    """Change a code for a token: right application, right verifier, once."""
    world, fault = current_world(), _fault("token")
    trouble = _play(fault)
    if trouble is not None:
        return trouble
    problem, code = _application(world), take_code(world, request.form.get("code", ""))
    if problem is None and (code is None or not _fits(code.challenge, code.redirect_uri)):
        problem = "invalid_grant"
    note(world, "yandex", "token", executed=problem is None, status=400 if problem else 200)
    if problem is not None or code is None:
        return _refusal(problem or "invalid_grant")
    answer = {"access_token": give_token(world, code).token, "token_type": "bearer"}
    return jsonify({**answer, "expires_in": 31536000, "scope": "login:info", **_odd(fault)})


def _odd(fault: Fault | None) -> dict[str, str | None]:
    name = fault.fault if fault else ""
    if name == "no_token":
        return {"access_token": None}
    return {"token_type": "mac"} if name == "odd_token_type" else {}


@yandex.get("/info")
def tell() -> Answer:
    """Tell whose the token is, and for which application it was made."""
    world, fault = current_world(), _fault("info")
    trouble = _play(fault)
    if trouble is not None:
        return trouble
    told = request.headers.get("Authorization", "").removeprefix("OAuth ")
    token = world.store.find(Token, told)
    note(world, "yandex", "info", executed=token is not None, status=200 if token else 401)
    if token is None:
        return Response(status=401)
    return jsonify(_info(token, fault.fault if fault else ""))


def _info(token: Token, fault: str) -> dict[str, str]:
    login = "ivanov" if fault == "other_account" else token.login
    info = {"id": ACCOUNTS[login], "login": login, "client_id": token.client_id}
    if fault == "wrong_client":
        info["client_id"] = "0000000000000000000000000000dead"
    if fault == "no_id":
        del info["id"]
    return {**info, "psuid": f"1.{info['login']}"}


def _asked() -> dict[str, str]:
    """Return what the application asks for; stop with 400 when it is not a question for a code."""
    asked = {name: request.args.get(name, "") for name in ASKED}
    is_ours = asked["client_id"] == current_world().settings.yandex_client_id
    is_code = request.args.get("response_type") == "code"
    is_s256 = request.args.get("code_challenge_method") == "S256"
    is_long = len(asked["code_challenge"]) == CHALLENGE_CHARACTERS
    leads_out = asked["redirect_uri"].startswith(("http://", "https://"))
    if not all((is_ours, is_code, is_s256, is_long, leads_out)):
        abort(400)
    return asked


def _back(asked: dict[str, str], **answer: str) -> Answer:
    query = urlencode({**answer, "state": asked["state"]})
    return redirect(f"{asked['redirect_uri']}?{query}", code=302)


def _application(world: World) -> str | None:
    """Name what is wrong with the application's own words, or nothing."""
    login, settings = request.authorization, world.settings
    if login is None or login.type != "basic" or login.username != settings.yandex_client_id:
        return "invalid_client"
    told, right = login.password or "", settings.yandex_client_secret
    if not hmac.compare_digest(told.encode(), right.encode()):
        return "invalid_client"
    is_known = request.form.get("grant_type") == "authorization_code"
    return None if is_known else "unsupported_grant_type"


def _fits(challenge: str, redirect_uri: str) -> bool:
    digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
    shown = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return shown == challenge and request.form.get("redirect_uri") == redirect_uri


def _fault(call: str) -> Fault | None:
    return take_fault(current_world().store, "yandex", call, None)


def _play(fault: Fault | None) -> Answer | None:
    """Play the faults that stand in the place of an answer; slow ones only take their time."""
    name = fault.fault if fault else ""
    if fault is not None and name in ("slow", "hang_after"):
        time.sleep(fault.seconds)
    if name == "hang_after":
        return cut_connection()
    if name == "redirect":
        return redirect("https://example.org/", code=302)
    if name == "status_502_html":
        return Response("<html><body>Bad Gateway</body></html>", 502, mimetype="text/html")
    return _refusal("server_error", STATUSES[name]) if name in STATUSES else None


def _refusal(error: str, status: int = 400) -> Answer:
    answer = jsonify({"error": error, "error_description": "<b>made by the simulator</b>"})
    answer.status_code = status
    return answer
