"""The tokens of stall passes: made of a salt and this installation's secret, so that a pass can be
printed again although only the hash of its token is kept.
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
from market.web.sessions import token_hash

_SALT_BYTES = 16
_TOKEN_BYTES = 18
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
    if not known.stands or known.salt is None:
        return None
    token = _token(known.salt)
    if token_hash(token) != known.token_hash:
        return None
    return url_for("sales.stall_pass_join", token=token, _external=True)


def _token(salt: bytes) -> str:
    settings: Settings = current_app.extensions["settings"]
    key = settings.secret_key.encode()
    digest = hmac.digest(key, b"stall pass\0" + salt, hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode()
