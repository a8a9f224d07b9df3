"""Security headers on every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask

from market.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PICTURES_DRAWN_HERE = CONTENT_POLICY.replace("img-src 'self'", "img-src 'self' blob:")
"""For a page whose own script draws a picture to keep by a long press, which only an image allows."""
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(),"
        " gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
    # Pages are asked for again each time; a view that may be kept says so itself. Not `no-store`:
    # whoever goes back to a form must find what they typed.
    "Cache-Control": "private, no-cache",
}


def install(app: Flask) -> None:
    app.wsgi_app = _SecurityHeaders(app)  # type: ignore[method-assign]


class _SecurityHeaders:
    """A layer around the application. Flask's own headers are looked through and copied several
    times on their way out; these are the same each time, so they come in last."""

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions["settings"]
        self._inner = app.wsgi_app
        self._added = list(HEADERS.items())
        if settings.production:
            self._added.append(("Strict-Transport-Security", "max-age=31536000"))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(
            status: str, headers: list[tuple[str, str]], *error: object
        ) -> Callable[[bytes], object]:
            said = {name.lower() for name, _ in headers}
            own = [pair for pair in self._added if pair[0].lower() not in said]
            return start_response(status, headers + own, *error)  # type: ignore[arg-type]

        return self._inner(environ, start)
