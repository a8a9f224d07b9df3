"""Settings, read once from the environment and typed."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one installation runs. `trusted_hosts` empty means any (development only)."""

    database_url: str
    secret_key: str
    production: bool = False
    testing: bool = False
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = 0
    metrics_token: str = ""
    max_body_bytes: int = 1_048_576
    session_idle: timedelta = field(default=timedelta(hours=12))
    session_absolute: timedelta = field(default=timedelta(days=14))

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def settings_from_environment() -> Settings:
    """Read `DATABASE_URL`, `SECRET_KEY`, `MARKET_ENV`, `TRUSTED_HOSTS`, `PROXIES`, `METRICS_TOKEN`.

    Raises RuntimeError when production is asked for without a secret key or trusted hosts.
    """
    production = os.environ.get("MARKET_ENV") == "production"
    hosts = tuple(h.strip() for h in os.environ.get("TRUSTED_HOSTS", "").split(",") if h.strip())
    key = os.environ.get("SECRET_KEY", "")
    if production and (len(key) < 32 or not hosts):  # noqa: PLR2004 - 256 bits as hex or better
        message = "production needs SECRET_KEY (32 characters or more) and TRUSTED_HOSTS"
        raise RuntimeError(message)
    return Settings(
        database_url=database_url(os.environ.get("DATABASE_URL", "")),
        secret_key=key or _kept_secret_key(),
        production=production,
        trusted_hosts=hosts,
        proxies=int(os.environ.get("PROXIES", "0")),
        metrics_token=os.environ.get("METRICS_TOKEN", ""),
    )


def database_url(given: str) -> str:
    """The URL as SQLAlchemy wants it; an empty one means SQLite in `instance/`."""
    if not given:
        instance = ROOT / "instance"
        instance.mkdir(exist_ok=True)
        return f"sqlite:///{instance / 'market.sqlite3'}"
    for scheme in ("postgres://", "postgresql://"):
        if given.startswith(scheme):
            return "postgresql+psycopg://" + given.removeprefix(scheme)
    return given


def _kept_secret_key() -> str:
    """A key made once and kept beside the database, so that restarts keep people signed in."""
    path = ROOT / "instance" / "secret_key"
    path.parent.mkdir(exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text().strip()
