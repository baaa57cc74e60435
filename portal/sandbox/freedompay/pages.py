"""The pages for the payer: paying, 3-D Secure, binding a card; plain forms without JavaScript."""

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from portal.sandbox.clock import in_iso
from portal.sandbox.freedompay.cards import bind
from portal.sandbox.freedompay.operations import Payment, Refused, keep, last_of_page
from portal.sandbox.freedompay.payer import fail, give_card, give_code
from portal.sandbox.freedompay.plastic import CARDS, RIGHT_CODE, find_card
from portal.sandbox.freedompay.seals import with_seal
from portal.sandbox.world import World, current_world

pages = Blueprint("freedompay_pages", __name__, url_prefix="/freedompay")


@pages.get("/status/healthcheck")
def healthcheck() -> Response:
    """Say that the bank works."""
    return jsonify({"status": "ok", "time": in_iso(current_world().now())})


@pages.get("/pay.html")
def show_page() -> str:
    """Show an order's page in its state."""
    world = current_world()
    return _render(world, _get(world, "customer", "page"))


@pages.post("/pay.html")
def press() -> Response | str | tuple[str, int]:
    """Try the card or the code, or leave; then show what came of it."""
    world = current_world()
    try:
        with world.store.transaction():
            payment = _press(world, _get(world, "customer", "page"))
    except Refused:
        return _render(world, _get(world, "customer", "page"), problem="closed"), 409
    status = payment.status(world.now())
    if status in ("success", "process"):
        return _back(world, payment, "pg_success_url")
    if "leave" in request.form:
        return _back(world, payment, "pg_failure_url")
    return _render(world, payment, problem="declined" if status == "error" else None)


def _press(world: World, payment: Payment) -> Payment:
    if "leave" in request.form:
        return payment
    if "code" in request.form:
        return give_code(world, payment, request.form["code"].strip())
    if "cancel" in request.form:
        payment.is_waiting_3ds = False
        return fail(world, payment, "10004")
    return give_card(world, payment, request.form.get("pan", ""))


@pages.get("/v1/merchant/<merchant_id>/cardstorage/view")
def show_binding(merchant_id: str) -> str:
    """Show the page to bind a card on."""
    world = current_world()
    return _render(_of(world, merchant_id), _get(world, "pg_payment_id", "binding"))


@pages.post("/v1/merchant/<merchant_id>/cardstorage/view")
def press_binding(merchant_id: str) -> Response | tuple[str, int]:
    """Bind the card that was given, ask for its code, or leave."""
    world = _of(current_world(), merchant_id)
    with world.store.transaction():
        payment = _get(world, "pg_payment_id", "binding")
        if payment.status(world.now()) not in ("new", "waiting_3ds"):
            return _render(world, payment, problem="closed"), 409
        if "leave" not in request.form and not _bind(world, payment):
            return _render(world, payment), 200
    return redirect(payment.asked["pg_back_link"], code=303)


def _bind(world: World, payment: Payment) -> bool:
    """Say whether the binding is over, well or badly; else its code is asked for."""
    if not payment.is_waiting_3ds:
        payment.pan = "".join(sign for sign in request.form.get("pan", "") if sign.isdigit())
        payment.is_waiting_3ds = find_card(payment.pan).is_3ds
        if payment.is_waiting_3ds:
            keep(world, payment)
            return False
    is_right = request.form.get("code", RIGHT_CODE).strip() == RIGHT_CODE
    payment.is_waiting_3ds = False
    bind(world, payment, payment.pan if is_right else "", payment.user_id)
    return True


def _of(world: World, merchant_id: str) -> World:
    return world if merchant_id == world.settings.freedompay_merchant_id else abort(404)


def _get(world: World, name: str, kind: str) -> Payment:
    found = last_of_page(world, request.args.get(name, ""))
    return found if found is not None and found.kind == kind else abort(404)


def _back(world: World, payment: Payment, name: str) -> Response:
    """Send the payer back; what the address carries is a hint and no proof (§5)."""
    target = payment.asked.get(name, "")
    if not target:
        return redirect(request.url, code=303)
    message = [("pg_order_id", payment.order_id), ("pg_payment_id", payment.payment_id)]
    parts = urlsplit(target)
    script = parts.path.rpartition("/")[2]
    sealed = with_seal(script, message, world.settings.freedompay_secret)
    joint = "&" if parts.query else "?"
    return redirect(f"{target}{joint}{urlencode(sealed)}", code=303)


def _render(world: World, payment: Payment, problem: str | None = None) -> str:
    now = world.now()
    status = payment.status(now)
    return render_template(
        "sandbox/freedompay.html",
        payment=payment,
        status=status,
        is_open=status in ("new", "error") and now < payment.expires_at,
        problem=problem,
        cards=list(CARDS.values()),
        right_code=RIGHT_CODE,
    )
