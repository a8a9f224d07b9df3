"""Stall passes and the phones that joined by them, for tests."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from market.actions.sales.devices import add_device
from market.models.people import Person
from market.models.sales import DayDigits, Device, DeviceHolder, Stall, StallPass
from tests.factories import NOW

DIGITS = "0427"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone that joined a stall, with the token it holds: what it sends in `headers`."""

    device: Device
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def carried_by(self, client: FlaskClient) -> None:
        """Let this client's pages be those of the phone."""
        client.set_cookie("device", self.token, httponly=True, samesite="Lax")


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass with the token that its printed code holds."""

    row: StallPass
    token: str


def make_pass(session: Session, stall: Stall, by: Person, **overrides: Any) -> Pass:
    """A pass of six seats; its market day's digits are `DIGITS` unless it has some."""
    token = secrets.token_urlsafe(32)
    given = {
        "salt": secrets.token_bytes(16),
        "token_hash": _hash(token),
        "seats": 6,
        "taken": 0,
        "made_by_id": by.id,
        "made_at": NOW,
    }
    row = StallPass(stall_id=stall.id, **{**given, **overrides})
    session.add(row)
    if session.get(DayDigits, stall.market_day_id) is None:
        session.add(
            DayDigits(
                market_day_id=stall.market_day_id,
                digits=DIGITS,
                changed_by_id=by.id,
                changed_at=NOW,
            )
        )
    session.flush()
    return Pass(row, token)


def make_phone(
    session: Session, stall_pass: Pass, *, name: str = "宝妈丙", **overrides: Any
) -> Phone:
    """A phone that joined by this pass."""
    stall = session.get_one(Stall, stall_pass.row.stall_id)
    device_id, _ = add_device(session, stall.market_day_id, "phone", person_id=None, now=NOW)
    token = secrets.token_urlsafe(32)
    device = session.get_one(Device, device_id)
    given = {"pass_id": stall_pass.row.id, "token_hash": _hash(token), "seen_at": NOW}
    for column, value in {**given, **overrides}.items():
        setattr(device, column, value)
    stall_pass.row.taken += 1
    session.add(DeviceHolder(device_id=device_id, name=name, since=NOW))
    session.flush()
    return Phone(device, token)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
