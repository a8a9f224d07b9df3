"""Commands of whoever runs the server."""

from flask import Flask

from market.cli.backup import backup, restore
from market.cli.demo import demo
from market.cli.importing import import_sales
from market.cli.ledger import check_ledger
from market.cli.people import create_user, reset_admin


def install(app: Flask) -> None:
    """Add the commands to `flask`."""
    app.cli.help = "Commands of the market."
    app.cli.add_command(demo)
    app.cli.add_command(import_sales)
    app.cli.add_command(check_ledger)
    app.cli.add_command(backup)
    app.cli.add_command(restore)
    app.cli.add_command(create_user)
    app.cli.add_command(reset_admin)
