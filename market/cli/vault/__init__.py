"""`flask vault-upgrade`, `flask vault-key …` and `flask vault-erase-due`: what whoever runs the server does."""

from market.cli.vault.due import vault_erase_due
from market.cli.vault.keys import vault_key
from market.cli.vault.starting import vault_upgrade

__all__ = ["vault_erase_due", "vault_key", "vault_upgrade"]
