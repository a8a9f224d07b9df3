"""The application factory: a few plain steps."""

from __future__ import annotations

from flask import Flask

from market import cli
from market.actions.ledger.day_end import at_day_end
from market.actions.proceeds.lighting_runs import CarryOutPlans
from market.blueprints import livelihood, people, proceeds, public, reports, sales, vault
from market.config import ROOT, Settings, settings_from_environment
from market.extensions import LateMigrate, babel, close_asking, csrf, db
from market.web import (
    access,
    addresses,
    caching,
    desk,
    devices,
    early,
    errors,
    filters,
    headers,
    logs,
    openapi,
    operation,
    preferences,
    proxies,
    retries,
    sessions,
    sheets,
    static_files,
)

# In the order in which a request meets them.
PARTS = (
    logs,
    proxies,
    headers,
    addresses,
    errors,
    filters,
    preferences,
    sessions,
    devices,
    access,
    desk,
    sheets,
    static_files,
    caching,
    early,
    operation,
    openapi,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application for `settings`, or for what the environment says."""
    settings = settings or settings_from_environment()
    app = retries.RetryingFlask(
        "market",
        root_path=str(ROOT / "market"),
        template_folder=str(ROOT / "templates"),
        static_folder=None,
    )
    app.url_rule_class = addresses.LateRule
    app.config.from_mapping(flask_settings(settings))
    app.extensions["settings"] = settings
    db.init_app(app)
    app.teardown_appcontext(close_asking)
    app.extensions["migrate"] = LateMigrate(app, str(ROOT / "migrations"))
    babel.init_app(
        app,
        default_locale="zh_CN",
        default_translation_directories=str(ROOT / "translations"),
        locale_selector=preferences.page_locale,
    )
    for part in PARTS:
        part.install(app)
    # After `access`: whoever may not enter hears that, not that their form is stale.
    csrf.init_app(app)
    for room in (public, people, sales, proceeds, livelihood, reports, vault):
        app.register_blueprint(room.blueprint)
    cli.install(app)
    # Sales do not know proceeds: what a market day's last closure lights goes through the ledger.
    at_day_end(CarryOutPlans())
    return app


def flask_settings(settings: Settings) -> dict[str, object]:
    """Our settings in the names Flask and its extensions read."""
    return {
        "SECRET_KEY": settings.secret_key,
        "TESTING": settings.testing,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings),
        "MAX_CONTENT_LENGTH": settings.max_body_bytes,
        "MAX_FORM_MEMORY_SIZE": settings.max_body_bytes,
        "TRUSTED_HOSTS": list(settings.trusted_hosts) or None,
        "SESSION_COOKIE_NAME": "__Host-market" if settings.production else "market",
        "SESSION_COOKIE_SECURE": settings.production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": settings.session_absolute,
        "WTF_CSRF_TIME_LIMIT": None,
        # A token bound to a `__Host-` cookie needs no Referer, which in-app browsers may drop.
        "WTF_CSRF_SSL_STRICT": False,
    }


def engine_options(settings: Settings) -> dict[str, object]:
    """How connections are kept: READ COMMITTED on PostgreSQL."""
    # What was typed must not reach a log by way of a statement's parameters.
    quiet: dict[str, object] = {"hide_parameters": True}
    if settings.on_sqlite:
        return quiet
    # Only who is on PostgreSQL pays for its driver.
    from market.postgres_cursor import LeanCursor  # noqa: PLC0415

    return quiet | {
        "isolation_level": "READ COMMITTED",
        "pool_size": 8,
        "connect_args": {"cursor_factory": LeanCursor},
    }
