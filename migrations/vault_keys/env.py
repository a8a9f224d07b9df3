"""See migrations/vault_env.py."""

from migrations.vault_env import run

run()
