"""Commands: all there, all found, and none of them in the way of a server that starts."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from flask import Flask

from market.cli import COMMANDS

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def test_every_command_is_found_under_its_name_and_says_what_it_does(app: Flask) -> None:
    context = click.Context(app.cli)
    assert set(COMMANDS) <= set(app.cli.list_commands(context))
    for name in COMMANDS:
        command = app.cli.get_command(context, name)
        assert command is not None
        assert (command.name, bool(command.help)) == (name, True)


def test_an_unknown_command_is_none(app: Flask) -> None:
    assert app.cli.get_command(click.Context(app.cli), "nothing") is None


def test_a_server_starts_without_the_commands(database_url: str) -> None:
    start = (
        "import sys\n"
        "from market.app import create_app\n"
        "from market.config import Settings\n"
        "create_app(Settings(database_url=sys.argv[1], secret_key='only for tests'))\n"
        "print([name for name in sys.modules if name.startswith('market.cli.')])\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", start, database_url], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"
