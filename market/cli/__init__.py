"""Commands of whoever runs the server."""

from flask import Flask

from market.cli.demo import demo
from market.cli.importing import import_sales
from market.cli.ledger import check_ledger


def install(app: Flask) -> None:
    """Add the commands to `flask`."""
    app.cli.help = "Commands of the market."
    app.cli.add_command(demo)
    app.cli.add_command(import_sales)
    app.cli.add_command(check_ledger)
