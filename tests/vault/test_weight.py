"""A worker that never opens the vault carries nothing of it."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_server_starts_without_the_vault_and_its_ciphers(database_url: str) -> None:
    start = (
        "import sys\n"
        "from market.app import create_app\n"
        "from market.config import Settings\n"
        "app = create_app(Settings(database_url=sys.argv[1], secret_key='only for tests'))\n"
        "app.test_client().get('/')\n"
        "heavy = ('market.vault.', 'cryptography')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", start, database_url], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"
