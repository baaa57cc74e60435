"""Whether the process serves, and whether each part that it needs is there."""

from flask import Blueprint, Response, jsonify, make_response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.jobs.queue import is_redis_alive, is_worker_alive
from portal.store.db import db
from portal.web.access import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> Response:
    """Answer 200 when the process serves; no details for strangers."""
    return make_response("ok", 200)


@bp.get("/readyz")
@public
def ready() -> Response:
    """Answer 200 when database, Redis and a worker are there, else 503; each part by name."""
    parts = {
        "database": _is_database_alive(),
        "redis": is_redis_alive(),
        "worker": is_worker_alive(),
    }
    answer = jsonify({name: "ok" if works else "down" for name, works in parts.items()})
    answer.status_code = 200 if all(parts.values()) else 503
    return answer


def _is_database_alive() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True
