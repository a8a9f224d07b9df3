"""The tokens of stall passes and of phones that join by them, of which only hashes are kept.

A pass's is made of a salt and this installation's secret, so that it can be printed again; a
phone's of what the page carried, so that two taps are one phone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from flask import current_app, url_for

from market.actions.sales.passes import PassSecret
from market.config import Settings
from market.queries.sales.passes import PassNow
from market.web.sessions import new_token, token_hash

KIND = "pass"
"""What wrong digits at a pass are counted as."""
_SALT_BYTES = 16
_ATTEMPT_BYTES = 16
_TOKEN_SIGNS = 24
"""144 bits: more than anybody guesses, few enough for a code that is easy to scan."""


def new_pass_secret() -> PassSecret:
    """What a new pass keeps."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return PassSecret(salt, token_hash(_token(salt)))


def pass_address(known: PassNow) -> str | None:
    """What the printed code of a standing pass says; None where it can only be renewed.

    That is so after the installation's secret has changed: the paper is good, but cannot be
    printed again.
    """
    token = pass_token(known)
    return token and url_for("sales.stall_pass_join", token=token, _external=True)


def pass_token(known: PassNow) -> str | None:
    """The secret in that code; None where the installation cannot make it again."""
    if not known.stands or known.salt is None:
        return None
    token = _token(known.salt)
    return token if token_hash(token) == known.token_hash else None


def new_attempt() -> str:
    """What the page of a pass carries, so that sending its form twice makes one phone."""
    return secrets.token_urlsafe(_ATTEMPT_BYTES)


def device_token_of(attempt: str) -> str:
    """The token of the phone that joins by this attempt; by none at all, a new one each time."""
    if len(attempt) < _ATTEMPT_BYTES:
        return new_token()
    return _made(b"device\0" + attempt.encode())


def _token(salt: bytes) -> str:
    return _made(b"stall pass\0" + salt)[:_TOKEN_SIGNS]


def _made(of: bytes) -> str:
    """32 bytes that only this installation can make again, as they travel in an address."""
    settings: Settings = current_app.extensions["settings"]
    digest = hmac.digest(settings.secret_key.encode(), of, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
