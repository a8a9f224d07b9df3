"""Setting the vault up: its tables, and for a demonstration a key that nobody has to think of."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace

import click
from flask import current_app
from flask.cli import with_appcontext

from market.cli.vault.opened import has_vault, settings_here, the_vault
from market.config import VAULT_KEY_FILE
from market.vault.keyring import new_key
from market.vault.migrating import upgrade


@click.command("vault-upgrade")
@with_appcontext
def vault_upgrade() -> None:
    """Bring the vault's two databases up to date, as `db upgrade` does the market's."""
    if not has_vault():
        message = "no databases are named for the vault: set VAULT_DATABASE_URL and VAULT_KEYS_URL"
        raise click.ClickException(message)
    upgrade(the_vault())
    click.echo("The vault's tables are up to date.")


def prepare_vault() -> None:
    """What `scripts/run` does for the vault: its tables, and a key where none is and none matters."""
    if not has_vault():
        return
    settings = settings_here()
    if not settings.vault_key and not settings.production:
        key = _kept_key()
        current_app.extensions["settings"] = replace(settings, vault_key=key)
        current_app.extensions.pop("vault", None)
        click.echo(
            f"档案库的演示钥匙在 {VAULT_KEY_FILE}；正式使用请运行 flask vault-key new，并写好恢复单。\n"
            f"The demo's vault key is in {VAULT_KEY_FILE}; for real use run `flask vault-key new`."
        )
    upgrade(the_vault())


def _kept_key() -> str:
    VAULT_KEY_FILE.parent.mkdir(exist_ok=True)
    try:
        descriptor = os.open(VAULT_KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return VAULT_KEY_FILE.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(new_key(secrets.token_bytes))
    return VAULT_KEY_FILE.read_text().strip()
