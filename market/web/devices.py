"""The phone a request comes from, known by the token that a stall pass gave it.

Its pages carry the token in a cookie; what its scripts send to the API carries it in a header of
its own, so that no other site can send anything in its name.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError

from market.actions.sales.joining import note_contact
from market.config import Settings
from market.domain.errors import N_, Unknown
from market.extensions import asking, unit_of_work
from market.queries.sales.devices import DeviceHere, device_by_token
from market.web.sessions import clock, token_hash

SEEN_EVERY = timedelta(seconds=30)
COOKIE_LASTS = timedelta(days=60)
"""Longer than anybody leaves a sale unsent."""
_API = "/api/"
_BEARER = "bearer "
_MOST_TOKEN = 200


class NotADevice(Unknown):
    """No token, one that nobody has, or one of a phone that was shown out."""

    sentence = N_("这部手机还没有加入摊位，或已被请出。请扫摊位通行码；没上传的记录都还在手机里。")


def install(app: Flask) -> None:
    app.after_request(_note_seen)


def this_device() -> DeviceHere | None:
    """The phone that this request comes from, if it joined a stall and stands.

    Below /api/ only the header `Authorization: Bearer …` counts, elsewhere only the cookie.
    """
    if "device" not in g:
        token = carried_token()
        g.device = device_by_token(asking(), token_hash(token)) if token else None
    known: DeviceHere | None = g.device
    return known


def device() -> DeviceHere:
    """The same in a route for devices; raises NotADevice."""
    known = this_device()
    if known is None:
        raise NotADevice
    return known


def carried_token() -> str | None:
    """The token that this request carries, whether it is good or not."""
    if request.path.startswith(_API):
        header = request.headers.get("Authorization", "")
        token = header[len(_BEARER) :].strip() if header.lower().startswith(_BEARER) else ""
    else:
        token = request.cookies.get(_cookie(), "")
    return token if 0 < len(token) <= _MOST_TOKEN else None


def let_carry(response: Response, token: str) -> None:
    """Let this phone carry `token`; scripts learn it only from the page that is drawn for them."""
    settings: Settings = current_app.extensions["settings"]
    response.set_cookie(
        _cookie(),
        token,
        max_age=COOKIE_LASTS,
        secure=settings.production,
        httponly=True,
        samesite="Lax",
    )


def _cookie() -> str:
    settings: Settings = current_app.extensions["settings"]
    return "__Host-device" if settings.production else "device"


def _note_seen(response: Response) -> Response:
    known: DeviceHere | None = g.get("device")
    now = clock()
    if known is None or (known.seen_at is not None and now - known.seen_at < SEEN_EVERY):
        return response
    try:
        with unit_of_work() as session:
            note_contact(session, known.id, now=now)
    except DBAPIError:
        # A full disk must not keep anybody from reading.
        current_app.logger.warning("a phone could not be noted as seen")
    return response
