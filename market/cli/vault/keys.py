"""`flask vault-key`: is the vault open, and its key: made, written down, proved, replaced."""

from __future__ import annotations

import base64
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from market.cli.vault.opened import the_vault
from market.cli.vault.sheet import page_of, text_of
from market.domain.errors import MarketError
from market.domain.identity.reading import VaultClosed
from market.domain.identity.recovery import key_of_sheet
from market.vault.keyring import KeyRing, key_bytes, key_id_of, new_key
from market.vault.models import ProvedKey
from market.vault.rotating import keys_to_rewrap, rewrap

_SHEET = click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), help="Write an A4 page to print."
)


@click.group("vault-key", invoke_without_command=True)
@click.pass_context
@with_appcontext
def vault_key(context: click.Context) -> None:
    """Say whether the vault is open; with a word behind it, care for its key.

    The key is in VAULT_KEY, never in a database and never in a backup. Exit status 1 if closed.
    """
    if context.invoked_subcommand is not None:
        return
    vault = the_vault()
    closed = vault.closed_because()
    if closed is not None:
        click.echo(str(closed))
        click.echo(f"The vault is closed ({type(closed).__name__}).")
        sys.exit(1)
    ring = vault.ring()
    with vault.reading() as opened:
        proved = opened.keys.get(ProvedKey, ring.current)
    left = keys_to_rewrap(vault)
    click.echo(f"The vault is open. Key {ring.current}.")
    if proved is None:
        click.echo("Nobody has typed this key back from its recovery sheet: flask vault-key prove")
    else:
        click.echo(f"Typed back from its recovery sheet on {proved.proved_at.date()}.")
    if left:
        click.echo(f"{left} files' keys are under an older key: flask vault-key rotate")


@vault_key.command("new")
def new() -> None:
    """Make a new key and its recovery sheet. Nothing is stored: put it into VAULT_KEY yourself."""
    written = new_key(secrets.token_bytes)
    click.echo(f"VAULT_KEY={written}")
    click.echo(text_of(key_bytes(written)))
    click.echo(
        "Where files are there already: VAULT_KEY=<new>,<old>, restart, flask vault-key rotate,"
        " then leave <old> out."
    )


@vault_key.command("sheet")
@_SHEET
@with_appcontext
def sheet(page: Path | None) -> None:
    """Print the recovery sheet of the key in VAULT_KEY, as text or as a page."""
    key = _current_key()
    if page is None:
        click.echo(text_of(key))
        return
    page.touch(mode=0o600)
    page.write_text(page_of(key), encoding="utf-8")
    click.echo(f"Wrote {page}. Print it, remove it, then: flask vault-key prove")


@vault_key.command("prove")
@with_appcontext
def prove() -> None:
    """Type the key back from the sheet, to prove that it was written down."""
    key = _current_key()
    typed = click.prompt("The 14 groups of the recovery sheet")
    try:
        read = key_of_sheet(typed)
    except MarketError as error:
        raise click.ClickException(str(error)) from None
    if read != key:
        message = (
            f"this sheet is whole, but of key {key_id_of(read)}; VAULT_KEY is {key_id_of(key)}"
        )
        raise click.ClickException(message)
    with _open_or_say(), the_vault().key_store() as keys:
        keys.merge(ProvedKey(key_id=key_id_of(key), proved_at=datetime.now(UTC)))
    click.echo("Right. The sheet opens this vault: keep it where the server and backups are not.")


@vault_key.command("read")
def read() -> None:
    """Type a recovery sheet, and get what belongs into VAULT_KEY."""
    try:
        key = key_of_sheet(click.prompt("The 14 groups of the recovery sheet"))
    except MarketError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"VAULT_KEY={base64.urlsafe_b64encode(key).rstrip(b'=').decode()}")


@vault_key.command("rotate")
@with_appcontext
def rotate() -> None:
    """Wrap all files' keys by the first key in VAULT_KEY. May be stopped and run again."""
    with _open_or_say():
        done = rewrap(the_vault(), secrets.token_bytes)
        ring = the_vault().ring()
    click.echo(f"{done} keys are now under key {ring.current}; older ones in VAULT_KEY may go.")


@contextmanager
def _open_or_say() -> Iterator[None]:
    """A closed vault is a line, not a trace."""
    try:
        yield
    except VaultClosed as closed:
        raise click.ClickException(str(closed)) from None


def _current_key() -> bytes:
    try:
        ring: KeyRing = the_vault().ring()
    except VaultClosed as closed:
        raise click.ClickException(str(closed)) from None
    return ring.keys[ring.current]
