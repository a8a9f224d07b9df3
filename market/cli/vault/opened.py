"""The vault of this installation, for commands: what closes it is said in a line."""

from __future__ import annotations

from flask import current_app

from market.config import Settings
from market.vault.store import Vault


def settings_here() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def the_vault() -> Vault:
    """The one that the pages use, too."""
    made: Vault | None = current_app.extensions.get("vault")
    if made is None:
        settings = settings_here()
        made = Vault(settings.vault_database_url, settings.vault_keys_url, settings.vault_key)
        current_app.extensions["vault"] = made
    return made


def has_vault() -> bool:
    """Whether both of its databases are named."""
    settings = settings_here()
    return bool(settings.vault_database_url and settings.vault_keys_url)
