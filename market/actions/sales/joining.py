"""Phones that join a stall by its pass, keep their seat, change stalls and hands.

Whoever joins or changes passes holds the market day's row, so that seats and letters are given
one after another.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.devices import add_device, lock_market_day
from market.domain.errors import N_, Invalid, Missing, Refused
from market.domain.sales.stall_pass import MOST_NAME, read_digits, valid_until
from market.domain.text import clean_text
from market.models.people import Community
from market.models.sales import DayDigits, Device, DeviceHolder, MarketDay, Stall, StallPass
from market.queries.sales.changes import require_on


class NoSuchPass(Missing):
    """No pass was ever made with this token."""

    sentence = N_("没有找到这张摊位通行码。请对准通行码重新扫一次，还不行就请社工看一下。")


class PassRevoked(Refused):
    """Taken back, or renewed: the paper is worth nothing any more."""

    sentence = N_("这张通行码已经停用。请向社工要“%(stall)s”现在用的通行码。")


class PassExpired(Refused):
    """A pass of another day."""

    sentence = N_("这是“%(market_day)s”的通行码，那次市集已经结束。请扫今天的通行码。")


class PassFull(Refused):
    """As many phones have joined as there are seats."""

    sentence = N_(
        "“%(stall)s”的 %(seats)s 个名额已经用完，还没有加入。"
        "请社工在工作台的“摊位通行码”里加名额，或请出不再用的手机。"
    )


class ShownOut(Refused):
    """The page was used by a phone that may not send anything any more."""

    sentence = N_("这部手机刚刚被请出。要再加入，请重新扫一次通行码。")


class WrongDigits(Invalid):
    """Not the day's digits."""

    sentence = N_("四位数字不对。请看今天开市前小会上说的数字，或问一下社工。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A phone at a stall: whose hands it is in, and the digits they know.

    `held_id` is the phone this browser is already; it then keeps its letter, and its seat if it is
    of the same pass. So does whoever sends the same `device_hash` again: two taps are one phone.
    """

    pass_hash: bytes
    name: str
    digits: str
    device_hash: bytes
    held_id: int | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """The phone that joined; one that was known keeps the token it has."""

    device_id: int
    letter: str
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pass:
    id: int
    stall: str
    seats: int
    market_day_id: int
    market_day: str
    held_on: date
    community_id: int
    time_zone: str


def join(session: Session, command: Join, *, now: datetime) -> Joined:
    """Let a phone in at a stall, once however often it asks.

    Raises NoSuchPass, PassRevoked, PassExpired, MarketCalledOff, WrongDigits, PassFull, ShownOut, DigitsUnreadable,
    and what `clean_text` raises.
    """
    name = clean_text(command.name, most=MOST_NAME)
    digits = read_digits(command.digits)
    found = _pass_now(session, command.pass_hash)
    if now >= valid_until(found.held_on, found.time_zone):
        raise PassExpired(market_day=found.market_day)
    require_on(session, found.market_day_id, found.market_day)
    _require_digits(session, found.market_day_id, digits)
    known = _device_held(session, command, found.market_day_id)
    if known is not None and known.pass_id == found.id:
        _hand_over(session, found.community_id, known.id, name, now=now)
        return Joined(known.id, known.letter, known=True)
    _take_seat(session, found)
    if known is not None:
        return _moved(session, known, found, name, now=now)
    return _let_in(session, found, command.device_hash, name, now=now)


def change_holder(
    session: Session, community_id: int, device_id: int, name: str, *, now: datetime
) -> None:
    """The phone goes into other hands; nothing else about it changes."""
    _hand_over(session, community_id, device_id, clean_text(name, most=MOST_NAME), now=now)


def note_contact(
    session: Session, device_id: int, *, now: datetime, unsent: int | None = None
) -> None:
    """A phone was heard of; `unsent` is how many records it says it still holds, if it says so."""
    said = {} if unsent is None else {"unsent": unsent}
    session.execute(
        update(Device)
        .where(Device.id == device_id)
        .values(seen_at=now, **said)
        .execution_options(synchronize_session=False)
    )


def free_seat(session: Session, pass_id: int) -> None:
    """A phone has left this pass."""
    session.execute(
        update(StallPass)
        .where(StallPass.id == pass_id)
        .values(taken=StallPass.taken - 1)
        .execution_options(synchronize_session=False)
    )


def _pass_now(session: Session, token_hash: bytes) -> _Pass:
    """The pass, looked at once its market day is held still. Raises NoSuchPass, PassRevoked."""
    question = (
        select(
            StallPass.id,
            StallPass.seats,
            StallPass.revoked_at,
            Stall.name.label("stall"),
            MarketDay.id.label("market_day_id"),
            MarketDay.name.label("market_day"),
            MarketDay.held_on,
            Community.id.label("community_id"),
            Community.time_zone,
        )
        .join(Stall, Stall.id == StallPass.stall_id)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .join(Community, Community.id == MarketDay.community_id)
        .where(StallPass.token_hash == token_hash)
    )
    seen = session.execute(question).one_or_none()
    if seen is None:
        raise NoSuchPass
    lock_market_day(session, seen.market_day_id)
    row = session.execute(question).one()
    if row.revoked_at is not None:
        raise PassRevoked(stall=row.stall)
    return _Pass(
        id=row.id,
        stall=row.stall,
        seats=row.seats,
        market_day_id=row.market_day_id,
        market_day=row.market_day,
        held_on=row.held_on,
        community_id=row.community_id,
        time_zone=row.time_zone,
    )


def _require_digits(session: Session, market_day_id: int, digits: str) -> None:
    asked = select(DayDigits.digits).where(DayDigits.market_day_id == market_day_id)
    known = session.scalar(asked)
    if known is None or not hmac.compare_digest(known, digits):
        raise WrongDigits


def _device_held(session: Session, command: Join, market_day_id: int) -> Device | None:
    """The phone this browser is already, if it is one of this market day and stands."""
    asked = select(Device).where(Device.market_day_id == market_day_id)
    sent_before = session.scalar(asked.where(Device.token_hash == command.device_hash))
    if sent_before is not None:
        if sent_before.revoked_at is not None:
            raise ShownOut
        return sent_before
    if command.held_id is None:
        return None
    return session.scalar(asked.where(Device.id == command.held_id, Device.revoked_at.is_(None)))


def _take_seat(session: Session, found: _Pass) -> None:
    taken = session.scalar(
        update(StallPass)
        .where(StallPass.id == found.id, StallPass.taken < StallPass.seats)
        .values(taken=StallPass.taken + 1)
        .returning(StallPass.id)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        raise PassFull(stall=found.stall, seats=found.seats)


def _let_in(
    session: Session, found: _Pass, device_hash: bytes, name: str, *, now: datetime
) -> Joined:
    device_id, letter = add_device(session, found.market_day_id, "phone", person_id=None, now=now)
    session.execute(
        update(Device)
        .where(Device.id == device_id)
        .values(pass_id=found.id, token_hash=device_hash, seen_at=now)
        .execution_options(synchronize_session=False)
    )
    session.add(DeviceHolder(device_id=device_id, name=name, since=now))
    session.flush()
    note(
        session,
        "device_joined",
        community_id=found.community_id,
        now=now,
        device=device_id,
        stall_pass=found.id,
    )
    return Joined(device_id, letter, known=False)


def _moved(session: Session, device: Device, found: _Pass, name: str, *, now: datetime) -> Joined:
    if device.pass_id is not None:
        free_seat(session, device.pass_id)
    device.pass_id = found.id
    session.flush()
    _hand_over(session, found.community_id, device.id, name, now=now)
    note(
        session,
        "device_moved",
        community_id=found.community_id,
        now=now,
        device=device.id,
        stall_pass=found.id,
    )
    return Joined(device.id, device.letter, known=True)


def _hand_over(
    session: Session, community_id: int, device_id: int, name: str, *, now: datetime
) -> None:
    now_in_hand = session.scalar(
        select(DeviceHolder.name)
        .where(DeviceHolder.device_id == device_id)
        .order_by(DeviceHolder.id.desc())
        .limit(1)
    )
    if now_in_hand == name:
        return
    session.add(DeviceHolder(device_id=device_id, name=name, since=now))
    session.flush()
    note(session, "device_handed_over", community_id=community_id, now=now, device=device_id)
