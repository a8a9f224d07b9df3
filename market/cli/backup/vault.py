"""The vault beside a copy of the market: its files with each copy, its key store only ever once.

FILE.vault holds the vault's files, encrypted. The key store goes into `vault-keys.latest` beside
it and takes the place of the one before: so no copy of a destroyed key stays behind, and an older
FILE.vault finds no key for a child erased since. The environment's key is in neither.
"""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.proceeds.consents import NothingToWithdraw, WithdrawConsents, withdraw_consents
from market.cli.backup.copies import Copies, whole_or_not_at_all
from market.cli.backup.postgresql import PostgresqlCopies
from market.cli.backup.sqlite import SqliteCopies
from market.cli.vault.opened import has_vault, the_vault
from market.domain.errors import Missing
from market.domain.identity.withdrawn import Withdrawn
from market.domain.proceeds.consent import Purpose
from market.extensions import unit_of_work
from market.models.proceeds import Consent, ConsentWithdrawal
from market.vault.migrating import upgrade
from market.vault.models import Tombstone, WrappedKey
from market.vault.replaying import withdrawals_in
from market.vault.store import Vault

KEYS = "vault-keys.latest"


def save_vault(file: Path) -> None:
    """Copy the vault beside the market's copy. The files first: a key too many does no harm,
    and one destroyed meanwhile is not in the later copy."""
    if not _is_there():
        return
    vault = the_vault()
    for copies, target in (
        (_copies(vault, keys=False), _files_copy(file)),
        (_copies(vault, keys=True), file.with_name(KEYS)),
    ):
        with whole_or_not_at_all(target) as unfinished:
            copies.save(unfinished)
        click.echo(f"Copied the vault into {target} ({target.stat().st_size:,} bytes).")
    click.echo("  The vault's key (VAULT_KEY) is in neither: it is on its recovery sheet.")


def load_vault(file: Path) -> None:
    """Put the vault back, if there is a copy, and replay what was erased and withdrawn since.

    The key store that is here is newer than any copy and stays; only where there is none at all,
    the latest copy takes its place. Raises ClickException.
    """
    if not has_vault():
        return
    vault = the_vault()
    if _files_copy(file).exists():
        if not _knows_anything(vault):
            _load_keys(vault, file.with_name(KEYS))
        vault.dispose()
        _copies(vault, keys=False).load(_files_copy(file))
        click.echo(f"Restored the vault's files from {_files_copy(file)}.")
    upgrade(vault)
    vault.follow_tombstones()
    with vault.key_store() as keys:
        withdrawals = withdrawals_in(keys)
    again = sum(_withdraw_again(one) for one in withdrawals)
    click.echo(f"Replayed the vault's tombstones; {again} withdrawals were taken up again.")


def _load_keys(vault: Vault, copy: Path) -> None:
    if not copy.exists():
        message = f"{copy} is missing: without the key store the vault's files cannot be read"
        raise click.ClickException(message)
    vault.dispose()
    _copies(vault, keys=True).load(copy)
    click.echo(f"Restored the vault's key store from {copy}.")


def _withdraw_again(one: Withdrawn) -> bool:
    """Whether anything stood that had been withdrawn."""
    with unit_of_work() as session:
        later = (
            select(Consent.id)
            .outerjoin(ConsentWithdrawal, ConsentWithdrawal.consent_id == Consent.id)
            .where(
                Consent.community_id == one.community_id,
                Consent.reference == one.reference,
                Consent.purpose == one.purpose,
                Consent.recorded_at <= one.at,
                ConsentWithdrawal.consent_id.is_(None),
            )
        )
        if session.scalar(later.limit(1)) is None:
            return False
        command = WithdrawConsents(
            community_id=one.community_id,
            reference=one.reference,
            purposes=frozenset({Purpose(one.purpose)}),
        )
        try:
            withdraw_consents(session, command, by_id=None, now=one.at)
        except (Missing, NothingToWithdraw):
            return False
        return True


def _knows_anything(vault: Vault) -> bool:
    """Whether this installation's key store holds a key or a tombstone."""
    upgrade(vault)
    with Session(vault.keys_engine) as keys:
        return any(
            keys.scalar(select(func.count()).select_from(table))
            for table in (WrappedKey, Tombstone)
        )


def _is_there() -> bool:
    return has_vault() and the_vault().is_migrated()


def _files_copy(file: Path) -> Path:
    return file.with_name(f"{file.name}.vault")


def _copies(vault: Vault, *, keys: bool) -> Copies:
    url = (vault.keys_engine if keys else vault.files_engine).url
    if url.get_backend_name() == "sqlite":
        return SqliteCopies(Path(url.database or ""), heads="")
    return PostgresqlCopies(url, heads="")
