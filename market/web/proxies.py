"""How many proxies of our own stand before the server, and so whose word counts.

`PROXIES=1`: the last entry of X-Forwarded-For is the visitor and the last of X-Forwarded-Proto the
scheme. `PROXIES=0`: nobody's is believed. The proxy passes the Host on as it came; X-Forwarded-Host
is never read, because a proxy that does not set it would hand on a stranger's.
"""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from market.config import Settings


def install(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    if settings.proxies:
        number = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=number, x_proto=number, x_host=0, x_port=0, x_prefix=0
        )
