"""Security headers on every answer."""

from __future__ import annotations

from flask import Flask, Response, current_app

from market.config import Settings

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
    app.after_request(_add)


def _add(response: Response) -> Response:
    settings: Settings = current_app.extensions["settings"]
    said = {name.lower() for name, _ in response.headers}
    added = [pair for pair in HEADERS.items() if pair[0].lower() not in said]
    if settings.production:
        added.append(("Strict-Transport-Security", "max-age=31536000"))
    response.headers.extend(added)
    return response
