"""Empty, migrated vaults on SQLite and PostgreSQL, migrated once and then copied; who is in them."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Protocol

from flask import Flask
from sqlalchemy import make_url

from market.domain.identity.files import FileKind
from market.domain.identity.reading import Permit, ReadingPurpose
from market.vault.files import FileHere, NewFile, create_file
from market.vault.keyring import new_key
from market.vault.migrating import upgrade
from market.vault.store import OpenVault, Vault
from tests.postgres import APPLICATION, Postgres

KEY = new_key(secrets.token_bytes)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
CHILD = {
    "name": "林小满",
    "born_on": "2017-05-21",
    "guardian": "林秋生",
    "guardian_kind": "parent",
    "phone": "13800138000",
    "address": "灯笼街 7 号 3 幢 201",
    "school": "灯笼街小学三年级二班",
    "needs": "和奶奶一起住，想学画画",
}


class Vaults(Protocol):
    """What both kinds offer; whoever asks for a fresh one drops it."""

    def fresh(self, key: str = KEY) -> Vault:
        """A migrated vault with nothing in it."""

    def drop(self, vault: Vault) -> None:
        """Remove what `fresh()` made."""


class SqliteVaults:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        upgrade(Vault(*self._urls("template"), KEY))

    def fresh(self, key: str = KEY) -> Vault:
        name = f"vault{next(self._numbers)}"
        for part in ("files", "keys"):
            shutil.copyfile(self._folder / f"template-{part}", self._folder / f"{name}-{part}")
        return Vault(*self._urls(name), key)

    def drop(self, vault: Vault) -> None:
        vault.dispose()
        for engine in (vault.files_engine, vault.keys_engine):
            for suffix in ("", "-wal", "-shm"):
                Path(f"{engine.url.database}{suffix}").unlink(missing_ok=True)

    def _urls(self, name: str) -> tuple[str, str]:
        return f"sqlite:///{self._folder}/{name}-files", f"sqlite:///{self._folder}/{name}-keys"


class PostgresVaults:
    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._numbers = count(1)
        for part in ("files", "keys"):
            server.create(f"vault_{part}", owner=APPLICATION)
        upgrade(Vault(*self._urls("vault"), KEY))

    def fresh(self, key: str = KEY) -> Vault:
        name = f"vault{next(self._numbers)}"
        for part in ("files", "keys"):
            self._server.create(f"{name}_{part}", template=f"vault_{part}", owner=APPLICATION)
        return Vault(*self._urls(name), key)

    def drop(self, vault: Vault) -> None:
        vault.dispose()
        for engine in (vault.files_engine, vault.keys_engine):
            self._server.drop(str(make_url(engine.url).database))

    def _urls(self, name: str) -> tuple[str, str]:
        return self._server.url(f"{name}_files"), self._server.url(f"{name}_keys")


def with_vault(app: Flask, vault: Vault) -> Flask:
    """The application with this vault behind its pages."""
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(
        settings,
        vault_database_url=vault.files_engine.url.render_as_string(hide_password=False),
        vault_keys_url=vault.keys_engine.url.render_as_string(hide_password=False),
        vault_key=KEY,
    )
    app.extensions["vault"] = vault
    return app


def make_child(vault: OpenVault, *, community_id: int = 1, **fields: str) -> FileHere:
    """A fictional child's file."""
    command = NewFile(
        community_id=community_id,
        kind=FileKind.CHILD,
        fields=CHILD | fields,
        keep_until=date(2028, 11, 23),
        by_id=1,
    )
    return create_file(vault, command, now=NOW, random_bytes=secrets.token_bytes)


def permit_for(file_id: str, *, community_id: int = 1) -> Permit:
    """As the pages make it, once the event is written."""
    return Permit(
        community_id=community_id, file_id=file_id, purpose=ReadingPurpose.DELIVERY, by_id=1
    )


def child_in(vault: Vault, *, community_id: int = 1, **fields: str) -> FileHere:
    """A fictional child's file, written and committed."""
    with vault.working() as opened:
        return make_child(opened, community_id=community_id, **fields)
