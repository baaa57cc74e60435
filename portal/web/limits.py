"""How often a password may be tried, and the words when it was too often."""

from datetime import datetime, timedelta

from flask import current_app

from portal.domain.errors import TooManyAttempts
from portal.store.attempts import SignInLimit
from portal.web.formats import clock_time


def sign_in_limit() -> SignInLimit:
    """Return the limit of the settings."""
    portal = current_app.config["PORTAL"]
    return SignInLimit(portal.sign_in_attempts, timedelta(minutes=portal.sign_in_window_minutes))


def too_many(refusal: TooManyAttempts) -> str:
    """Say until when no password is taken."""
    until = refusal.facts["until"]
    when = clock_time(until) if isinstance(until, datetime) else "позже"
    return f"Слишком много попыток. Попробуйте в {when} по Москве"
