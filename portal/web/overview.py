"""The first page of staff: what needs attention, and what was taken and returned."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request

from portal.domain import clock
from portal.domain.permissions import Permission
from portal.store.bank_states import suspensions
from portal.store.db import db
from portal.store.overviews import attention, taken_by_day, takings
from portal.store.user_lists import totals_held
from portal.store.way_shares import way_shares
from portal.web.access import can, sees, signed_in
from portal.web.auth import home_of
from portal.web.book_words import book_state
from portal.web.charts import Chart, chart
from portal.web.formats import MOSCOW
from portal.web.fragments import render
from portal.web.lists import day_start
from portal.web.overview_words import Task, suspended, tasks
from portal.web.session import me

bp = Blueprint("overview", __name__)
PERIODS = (("1", "Сегодня"), ("7", "7 дней"), ("30", "30 дней"))


@bp.get("/")
@signed_in
def show() -> Response:
    """Show the overview to staff; a client goes to their own pages."""
    if not me().is_staff:
        return current_app.make_response(redirect(home_of(me()), code=303))
    days = request.args.get("days", "")
    days = days if days in dict(PERIODS) else "7"
    since, now, session = f"-{int(days) - 1}d", clock.now(), db.session()
    begin = day_start(since) or now
    return render(
        "overview/show.html",
        "overview/_figures.html",
        tasks=_tasks(now),
        since=since,
        totals=totals_held(session) if can(Permission.USERS_READ) else [],
        **book_state(),
        **_taken(begin, now, is_one_day=days == "1"),
        periods=[(value, title, value == days) for value, title in PERIODS],
        now=now,
    )


def _tasks(now: datetime) -> list[Task]:
    session = db.session()
    waiting = attention(session, now=now, grace=timedelta())
    return suspended(suspensions(session)) + tasks(waiting, now)


def _taken(begin: datetime, now: datetime, *, is_one_day: bool) -> dict[str, Any]:
    """Return what was taken and returned, for who may look at payments."""
    if not sees(Permission.PAYMENTS_READ):
        return {"takings": (), "charts": (), "shares": ()}
    session = db.session()
    return {
        "takings": takings(session, since=begin),
        "charts": () if is_one_day else _charts(begin, now),
        "shares": way_shares(session, since=begin),
    }


def _charts(begin: datetime, now: datetime) -> list[Chart]:
    first, last = begin.astimezone(MOSCOW).date(), now.astimezone(MOSCOW).date()
    found = taken_by_day(db.session(), since=begin)
    return [
        chart(currency, found[currency], first, last)
        for currency in sorted(found, key=lambda each: each.place)
    ]
