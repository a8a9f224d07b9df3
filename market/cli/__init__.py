"""Commands of whoever runs the server."""

from __future__ import annotations

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

COMMANDS = {
    "backup": "market.cli.backup",
    "check-ledger": "market.cli.ledger",
    "create-user": "market.cli.people",
    "db": "market.cli.migrating",
    "demo": "market.cli.demo",
    "erase-bookings": "market.cli.bookings",
    "import-sales": "market.cli.importing",
    "reset-admin": "market.cli.people",
    "restore": "market.cli.backup",
    "vault-erase-due": "market.cli.vault",
    "vault-key": "market.cli.vault",
    "vault-upgrade": "market.cli.vault",
}
"""Where each command is: in that module, under its own name with `_` for `-`."""


class Commands(AppGroup):
    """Commands that are imported when somebody asks for one: a server starts without them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = import_module(COMMANDS[cmd_name])
        found: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return found


def install(app: Flask) -> None:
    """Add the commands to `flask`, beside those that extensions have added."""
    app.cli = Commands(name=app.name, commands=app.cli.commands, help="Commands of the market.")
