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
    vault_database_url: str = ""
    vault_keys_url: str = ""
    vault_key: str = field(default="", repr=False)
    """As the environment holds it: one key, or the new one and older ones behind commas."""
    unasked_seconds: float = 1.0
    """How long a page for everybody is given again before the database is asked whether it stands.

    Far below what browsers and proxies keep it for, and what a crowd at one page makes of it is one
    question a second and worker.
    """

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def settings_from_environment() -> Settings:
    """Read `DATABASE_URL`, `SECRET_KEY`, `MARKET_ENV`, `TRUSTED_HOSTS`, `PROXIES`, `METRICS_TOKEN`,
    `VAULT_DATABASE_URL`, `VAULT_KEYS_URL`, `VAULT_KEY`.

    Raises RuntimeError when production is asked for without a secret key or trusted hosts.
    """
    production = os.environ.get("MARKET_ENV") == "production"
    hosts = tuple(h.strip() for h in os.environ.get("TRUSTED_HOSTS", "").split(",") if h.strip())
    key = os.environ.get("SECRET_KEY", "")
    if production and (len(key) < 32 or not hosts):  # noqa: PLR2004 - 256 bits as hex or better
        message = "production needs SECRET_KEY (32 characters or more) and TRUSTED_HOSTS"
        raise RuntimeError(message)
    market_url = database_url(os.environ.get("DATABASE_URL", ""))
    return Settings(
        database_url=market_url,
        secret_key=key or _kept_secret_key(),
        production=production,
        trusted_hosts=hosts,
        proxies=int(os.environ.get("PROXIES", "0")),
        metrics_token=os.environ.get("METRICS_TOKEN", ""),
        vault_database_url=vault_url("VAULT_DATABASE_URL", market_url, "vault"),
        vault_keys_url=vault_url("VAULT_KEYS_URL", market_url, "vault-keys"),
        vault_key=os.environ.get("VAULT_KEY", "") or _kept_vault_key(production=production),
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


def vault_url(variable: str, market_url: str, name: str) -> str:
    """One of the vault's databases; where none is named, a file beside the market's on SQLite.

    It bears the market's name, so that two markets in one folder do not share a vault. '' where
    there is no such file: on PostgreSQL both databases are named, and have roles of their own.
    """
    given = os.environ.get(variable, "")
    if given:
        return database_url(given)
    scheme, _, path = market_url.partition(":///")
    if not scheme.startswith("sqlite") or not path or path.startswith((":memory:", "file:")):
        return ""
    beside = Path(path)
    return f"{scheme}:///{beside.with_name(f'{beside.stem}-{name}.sqlite3')}"


VAULT_KEY_FILE = ROOT / "instance" / "vault_key"
"""Where a demonstration keeps its vault's key. In production nothing is read from there."""


def _kept_vault_key(*, production: bool) -> str:
    if production or not VAULT_KEY_FILE.exists():
        return ""
    return VAULT_KEY_FILE.read_text().strip()


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
