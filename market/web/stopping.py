"""The address on a guardian's half of a consent sheet, of which only a hash is kept.

It is made of a salt and this installation's secret, so that the same sheet can be printed again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from flask import current_app, url_for

from market.actions.proceeds.stopping import StopSecret
from market.config import Settings
from market.queries.proceeds.stopping import PrintedHalf
from market.web.sessions import token_hash

_SALT_BYTES = 16
_TOKEN_SIGNS = 24
"""144 bits: more than anybody guesses, few enough for a code that an old telephone scans."""


def new_stop_secret() -> StopSecret:
    """What a newly printed half is known by."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return StopSecret(salt, token_hash(_token(salt)))


def stop_address(half: PrintedHalf | None) -> str | None:
    """What the code of an unused half says; None where another has to be printed.

    That is so too after the installation's secret has changed: the paper is good, but cannot be
    printed again.
    """
    if half is None or half.stopped_at is not None:
        return None
    token = _token(half.salt)
    if token_hash(token) != half.token_hash:
        return None
    return url_for("public.stop", token=token, _external=True)


def _token(salt: bytes) -> str:
    settings: Settings = current_app.extensions["settings"]
    digest = hmac.digest(settings.secret_key.encode(), b"consent half\0" + salt, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode()[:_TOKEN_SIGNS]
