"""The first page of staff: what needs attention, and what was taken and returned."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, Response, current_app, redirect, request, url_for

from portal.domain import clock
from portal.domain.permissions import Permission
from portal.store.db import db
from portal.store.overviews import Attention, Takings, attention, takings
from portal.store.user_lists import totals_held
from portal.web.access import can, may_open, signed_in
from portal.web.auth import home_of
from portal.web.formats import plural
from portal.web.fragments import render
from portal.web.session import me

bp = Blueprint("overview", __name__)
PERIODS = (("1", "Сутки"), ("7", "7 дней"), ("30", "30 дней"))


@bp.get("/")
@signed_in
def show() -> Response:
    """Show the overview to staff; a client goes to their own pages."""
    if not me().is_staff:
        return current_app.make_response(redirect(home_of(me()), code=303))
    wanted = request.args.get("days", "7")
    days = wanted if wanted in dict(PERIODS) else "7"
    now, session = clock.now(), db.session()
    grace = timedelta(minutes=current_app.config["PORTAL"].completion_grace_minutes)
    return render(
        "overview/show.html",
        "overview/_figures.html",
        tasks=_tasks(attention(session, now=now, grace=grace)),
        takings=_takings(days),
        totals=totals_held(session) if can(Permission.USERS_READ) else [],
        periods=[(value, title, value == days) for value, title in PERIODS],
        now=now,
    )


def _tasks(waiting: Attention) -> list[tuple[str, str, str]]:
    """Make a line for each thing that waits: its shape, its words, where it is seen to."""
    lists = ("payments.show_list", "consultations.show_list", "deliveries.show_list")
    roots = tuple(url_for(each) for each in lists if may_open(each))
    payments, consultations = url_for("payments.show_list"), url_for("consultations.show_list")
    lines = (
        (
            waiting.unknown_refunds,
            ("возврат с неизвестным результатом", "возврата с неизвестным результатом"),
            f"{payments}?status=refund_unknown",
        ),
        (
            waiting.failed_refunds,
            ("возврат не прошёл", "возврата не прошли"),
            f"{payments}?status=refund_failed",
        ),
        (
            waiting.external_refunds,
            ("возврат сделан в кабинете банка", "возврата сделаны в кабинете банка"),
            f"{payments}?status=refunded",
        ),
        (waiting.surplus_payments, ("лишняя оплата", "лишние оплаты"), payments),
        (waiting.incidents, ("расхождение с банком", "расхождения с банком"), payments),
        (
            waiting.overdue_consultations,
            ("консультация не закрыта", "консультации не закрыты"),
            f"{consultations}?tab=overdue",
        ),
        (
            waiting.failed_deliveries,
            ("событие банка не обработано", "события банка не обработаны"),
            url_for("deliveries.show_list", status="failed"),
        ),
    )
    return _journal_task(waiting.broken_entry) + [
        ("problem", f"{count} {plural(count, words[0], words[1], words[1])}", url)
        for count, words, url in lines
        if count and url.startswith(roots)
    ]


def _takings(days: str) -> Sequence[Takings]:
    if not can(Permission.PAYMENTS_READ):
        return []
    return takings(db.session(), since=clock.now() - timedelta(days=int(days)))


def _journal_task(broken_entry: int) -> list[tuple[str, str, str]]:
    if not broken_entry or not can(Permission.AUDIT_READ):
        return []
    text = f"цепочка журнала нарушена на записи № {broken_entry}"
    return [("problem", text, url_for("audit.show_list"))]
