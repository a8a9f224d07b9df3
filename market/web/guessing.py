"""Guesses at secrets (a password, a receipt code), counted by what was tried and from where.

Misses count, visits do not: a whole market shares one address.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from flask import current_app, request

from market.actions.people.misses import Guess, check_guess, count_guess
from market.config import Settings
from market.extensions import reading, unit_of_work
from market.web.measures import MISSES
from market.web.sessions import clock

_HOUR = timedelta(hours=1)
_IPV6_SITE_BITS = 64


def guess_at(kind: str, secret_of: str, *, free: int = 5) -> Guess:
    """A guess at what belongs to one name: after `free` misses the next waits, a minute at most."""
    return Guess(
        key_hash=_key(kind, secret_of), free=free, window=_HOUR, longest=timedelta(minutes=1)
    )


def guess_from_here(kind: str) -> Guess:
    """A guess from this address: 200 misses an hour cost nothing, then half a minute at most."""
    return Guess(
        key_hash=_key(kind, client_site()), free=200, window=_HOUR, longest=timedelta(seconds=30)
    )


def check_misses_from_here(kind: str) -> None:
    """Before a look-up that may miss: raises TooManyMisses if this address has to wait."""
    check_guess(reading(), [guess_from_here(kind)], now=clock())


def count_miss_from_here(kind: str) -> None:
    """After a look-up that missed: counted against this address. Raises TooManyMisses."""
    with unit_of_work() as session:
        count_guess(session, [guess_from_here(kind)], now=clock())
    MISSES.labels(kind).inc()


def client_site() -> str:
    """The address this request comes from; of IPv6 the part that one household shares."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> _IPV6_SITE_BITS << _IPV6_SITE_BITS))
    return str(address)


def _key(kind: str, value: str) -> bytes:
    settings: Settings = current_app.extensions["settings"]
    said = f"{kind}\0{value}".encode()
    return hmac.digest(settings.secret_key.encode(), said, hashlib.sha256)
