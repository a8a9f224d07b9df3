"""The WSGI application that a server or the `flask` command loads."""

from market.app import create_app

app = create_app()
