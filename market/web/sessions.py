"""Server-side sessions: the cookie holds a token, the database holds its hash and can end it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from flask import Flask, current_app, g, session
from flask_login import current_user

from market.config import Settings
from market.extensions import login, reading
from market.queries.people.who import SignedIn, signed_in_by

TOKEN = "token"  # noqa: S105 - the name of a cookie's field, not a secret


def install(app: Flask) -> None:
    app.context_processor(_for_templates)


def token_hash(token: str) -> bytes:
    """What is kept of a token: SHA-256, 32 bytes."""
    return hashlib.sha256(token.encode()).digest()


@login.request_loader
def _person_of_request(_request: object) -> SignedIn | None:
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return None
    settings: Settings = current_app.extensions["settings"]
    now = clock()
    return signed_in_by(
        reading(),
        token_hash(token),
        seen_after=now - settings.session_idle,
        created_after=now - settings.session_absolute,
    )


def clock() -> datetime:
    """Now. A test may set `g.now`; nothing else reads the machine's clock on the web floors."""
    now: datetime = g.get("now") or datetime.now(UTC)
    return now


def _for_templates() -> dict[str, object]:
    return {"current_person": current_user if current_user.is_authenticated else None}
