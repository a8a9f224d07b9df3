"""The vault's own migrations: one line for the files, one for the key store."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData

from market.models.base import UtcDateTime
from market.vault import models  # noqa: F401 - so that the metadata knows the tables
from market.vault.base import FileBase, KeyBase
from market.vault.store import Vault

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(vault: Vault) -> None:
    """Bring both databases to the tables this program was written for. Needs no key."""
    for config in _configs(vault):
        command.upgrade(config, "head")


def downgrade(vault: Vault) -> None:
    """Take all tables away, and what is in them."""
    for config in _configs(vault):
        command.downgrade(config, "base")


def differences(vault: Vault) -> list[object]:
    """Where the tables are not those of the models."""
    found: list[object] = []
    for _, engine, metadata in _lines(vault):
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": _compare_type})
            found += compare_metadata(context, metadata)
    return found


def _configs(vault: Vault) -> list[Config]:
    configs = []
    for folder, engine, metadata in _lines(vault):
        config = Config()
        config.set_main_option("script_location", str(FOLDER / folder).replace("%", "%%"))
        config.attributes |= {"engine": engine, "metadata": metadata}
        configs.append(config)
    return configs


def _lines(vault: Vault) -> list[tuple[str, Engine, MetaData]]:
    return [
        ("vault_keys", vault.keys_engine, KeyBase.metadata),
        ("vault_files", vault.files_engine, FileBase.metadata),
    ]


def _compare_type(
    _context: object, _column: object, _found: object, wanted: object, _rendered: object
) -> bool | None:
    """Our aware moments are plain timestamps to the database."""
    return False if isinstance(wanted, UtcDateTime) else None
