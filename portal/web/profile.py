"""One's own page: who I am here, what I may do, and in which browsers I am signed in."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from ua_parser import parse

from portal.domain import clock
from portal.store.access import role_titles
from portal.store.db import db
from portal.store.sessions import UserSession, list_sessions
from portal.usecases.sessions import end_session, end_sessions
from portal.web.access import signed_in
from portal.web.auth import remember
from portal.web.fragments import render
from portal.web.session import actor, me
from portal.web.zones import town_of

bp = Blueprint("profile", __name__, url_prefix="/profile")


@dataclass(frozen=True, slots=True)
class Device:
    """A session as its owner recognises it."""

    id: int
    name: str
    ip: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


def _device(row: UserSession) -> Device:
    return Device(
        id=row.id,
        name=device_name(row.user_agent or ""),
        ip=row.ip or "",
        created_at=row.created_at,
        seen_at=row.seen_at,
        is_this=row.id == me().session_id,
    )


def device_name(user_agent: str) -> str:
    """Name the browser and the system of a user agent, as far as they are known."""
    found = parse(user_agent)
    browser = found.user_agent.family if found.user_agent else "Неизвестный браузер"
    return f"{browser}, {found.os.family}" if found.os else browser


@bp.get("")
@signed_in
def show() -> Response:
    """Show the person's own page."""
    session, now = db.session(), clock.now()
    return render(
        "profile/show.html",
        "profile/show.html",
        town=town_of(me().time_zone),
        role=role_titles(session).get(me().role, me().role),
        rights=sorted(me().permissions),
        devices=[_device(row) for row in list_sessions(session, me().id, now)],
    )


@bp.post("/screen")
@signed_in
def screen() -> Response:
    """Remember in cookies how close the rows of tables stand and whether single keys act."""
    answer = make_response(redirect(url_for("profile.show"), code=303))
    remember(answer, "density", "dense" if "dense" in request.form else "")
    remember(answer, "keys", "" if "keys" in request.form else "off")
    flash("Экран настроен в этом браузере.")
    return answer


@bp.post("/sessions/<int:number>/end")
@signed_in
def end_one(number: int) -> Response:
    """End one of the person's own sessions."""
    end_session(number, actor=actor(), owner_id=me().id, now=clock.now())
    flash("Сеанс завершён.")
    return make_response(redirect(url_for("profile.show"), code=303))


@bp.post("/sessions/end")
@signed_in
def end_others() -> Response:
    """End every other session of the person."""
    ended = end_sessions(me().id, actor=actor(), now=clock.now(), except_id=me().session_id)
    flash("Других сеансов не было." if not ended else f"Завершено сеансов: {ended}.")
    return make_response(redirect(url_for("profile.show"), code=303))
