"""Builds the application: database, doors, guard, headers, banks."""

from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.banks.registry import build_banks
from portal.cli import register_commands
from portal.domain.sms import SmsProvider
from portal.identity.countries import SHIPPED, Countries
from portal.identity.yandex import YandexApp, YandexClient
from portal.settings import Settings, SettingsError
from portal.sms import provider_at
from portal.store.db import db, engine_options, prepare
from portal.web import register_doors

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings) -> Flask:
    """Build the application from settings; raise when a view is untagged or an account is wrong."""
    app = Flask(
        "portal",
        root_path=str(ROOT),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(_config(settings))
    app.extensions["banks"] = build_banks(settings.accounts)
    app.extensions["countries"] = Countries(settings.countries_file or SHIPPED)
    app.extensions["yandex"] = _yandex(settings)
    app.extensions["sms"] = _sms(settings)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), compare_type=True)
    with app.app_context():
        prepare(db.engine)
    register_doors(app, CSRFProtect())
    register_commands(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the way Flask documents
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0
        )
    return app


def _yandex(settings: Settings) -> YandexClient | None:
    if not settings.yandex_client_id:
        return None
    secret = settings.yandex_client_secret.get_secret_value()
    urls = (settings.yandex_oauth_url.rstrip("/"), settings.yandex_login_url.rstrip("/"))
    return YandexClient(YandexApp(settings.yandex_client_id, secret, *urls))


def _sms(settings: Settings) -> SmsProvider | None:
    try:
        return provider_at(settings.sms_url.get_secret_value())
    except ValueError as error:
        raise SettingsError(f"PORTAL_SMS_URL: {error}") from None


def _config(settings: Settings) -> dict[str, object]:
    name = "portal_session" if settings.is_local else "__Host-portal"
    return {
        "PORTAL": settings,
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "SESSION_COOKIE_NAME": name,
        "SESSION_COOKIE_SECURE": not settings.is_local,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        "MAX_CONTENT_LENGTH": 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 256 * 1024,
        "MAX_FORM_PARTS": 100,
        "TRUSTED_HOSTS": settings.trusted_hosts or None,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": not settings.is_local,
    }
