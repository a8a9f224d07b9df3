"""Commands of whoever runs the server."""

from flask import Flask


def install(app: Flask) -> None:
    """Add the commands to `flask`."""
    app.cli.help = "Commands of the market."
