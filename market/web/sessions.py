"""Server-side sessions: the cookie holds a token, the database holds its hash and can end it.

The person is looked up when a view first asks, and never for a public page. (Flask-Login would
touch the cookie of every answer, static files included, which no cache could then share.)
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask, Request, Response, current_app, g, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy.exc import DBAPIError
from werkzeug.local import LocalProxy

from market.actions.people.signing_in import note_seen
from market.config import Settings
from market.extensions import reading, unit_of_work
from market.queries.people.who import SignedIn, signed_in_by

TOKEN = "token"  # noqa: S105 - the name of a cookie's field, not a secret
TOKEN_BYTES = 32
SEEN_EVERY = timedelta(minutes=5)


class _Cookies(SecureCookieSessionInterface):
    """Flask's own, that gets nothing ready to read a cookie where none came: phones upload so."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)


def install(app: Flask) -> None:
    app.extensions["clock"] = _machine_time
    app.session_interface = _Cookies()
    app.after_request(_note_seen)
    app.context_processor(lambda: {"current_person": LocalProxy(whoever)})


def clock() -> datetime:
    """Now. A test may put another clock into `app.extensions`; nothing else asks the machine."""
    ask: Callable[[], datetime] = current_app.extensions["clock"]
    return ask()


def token_hash(token: str) -> bytes:
    """What is kept of a token: SHA-256, 32 bytes."""
    return hashlib.sha256(token.encode()).digest()


def new_token() -> str:
    """256 random bits, as they travel in a cookie or an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def carried_hash() -> bytes | None:
    """The hash of the token this browser carries, whether it is still good or not."""
    token = session.get(TOKEN)
    return token_hash(token) if isinstance(token, str) else None


def whoever() -> SignedIn | None:
    """The person whose standing session this request carries, or None."""
    if "whoever" not in g:
        g.whoever = _person_of_cookie()
    known: SignedIn | None = g.whoever
    return known


def begin(token: str) -> None:
    """Let this browser carry `token`, and nothing of what it carried before."""
    end()
    session[TOKEN] = token
    session.permanent = True


def end() -> None:
    """Let this browser carry nothing; its row is for the caller to revoke."""
    session.clear()
    for kept in ("whoever", "csrf_token"):
        g.pop(kept, None)


def _person_of_cookie() -> SignedIn | None:
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


def _note_seen(response: Response) -> Response:
    known: SignedIn | None = g.get("whoever")
    if known is None or clock() - known.seen_at < SEEN_EVERY:
        return response
    try:
        with unit_of_work() as work:
            note_seen(work, known.session_id, now=clock())
    except DBAPIError:
        # A full disk must not keep anybody from reading.
        current_app.logger.warning("a session could not be noted as seen")
    return response


def _machine_time() -> datetime:
    return datetime.now(UTC)
