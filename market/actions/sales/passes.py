"""Stall passes made, renewed and taken back, the day's digits, and phones that are shown out.

All of it holds the market day's row, as joining does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.devices import lock_market_day
from market.actions.sales.joining import free_seat
from market.domain.errors import N_, Missing, Refused
from market.domain.money import check_count
from market.domain.sales.stall_pass import MOST_SEATS, SEATS, draw_digits
from market.models.sales import DayDigits, Device, MarketDay, Stall, StallPass
from market.queries.sales.offers import NoSuchStall
from market.queries.sales.tills import NoSuchMarketDay

RandomBytes = Callable[[int], bytes]


class NoPassYet(Missing):
    """A stall without a pass that stands."""

    sentence = N_("这个摊位现在没有可用的通行码，请先换一张新的。")


class NoSuchPhone(Missing):
    """No phone that joined a stall of this community has this id."""

    sentence = N_("没有找到这部手机，请回到摊位通行码页重新选择。")


class TooFewSeats(Refused):
    """Fewer seats than there are phones."""

    sentence = N_("已经有 %(taken)s 部手机加入，名额不能比这更少。请先请出不再用的手机。")


@dataclass(frozen=True, slots=True)
class PassSecret:
    """What makes a pass's token again, and the SHA-256 of that token."""

    salt: bytes
    token_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewPass:
    """A new code for a stall. With `show_out` nobody stays who joined by the old one."""

    community_id: int
    stall_id: int
    show_out: bool


def make_passes(
    session: Session,
    community_id: int,
    market_day_id: int,
    *,
    new_secret: Callable[[], PassSecret],
    random_bytes: RandomBytes,
    by_id: int,
    now: datetime,
) -> int:
    """A pass for each stall of a market day that never had one, and digits; gives how many.

    Raises NoSuchMarketDay.
    """
    _hold_day(session, community_id, market_day_id)
    had_one = select(StallPass.id).where(StallPass.stall_id == Stall.id).exists()
    stalls = session.scalars(
        select(Stall.id).where(Stall.market_day_id == market_day_id, ~had_one).order_by(Stall.id)
    ).all()
    for stall_id in stalls:
        _make(session, community_id, stall_id, new_secret(), by_id=by_id, now=now)
    if session.get(DayDigits, market_day_id) is None:
        _draw_digits(session, community_id, market_day_id, random_bytes, by_id=by_id, now=now)
    return len(stalls)


def renew_pass(
    session: Session,
    command: RenewPass,
    *,
    secret: PassSecret,
    random_bytes: RandomBytes,
    by_id: int,
    now: datetime,
) -> StallPass:
    """Give a stall a new code; the old one lets nobody in any more, its phones stay or go.

    Where they go, the digits change as well: whoever came uninvited knew them. Raises NoSuchStall.
    """
    community_id = command.community_id
    day_id = _hold_day_of(session, community_id, command.stall_id)
    old = _last_pass(session, command.stall_id)
    phones = list(_phones_of(session, old.id)) if old else []
    if old and old.revoked_at is None:
        _revoke(session, community_id, old, by_id=by_id, now=now)
    if command.show_out:
        for phone in phones:
            _show_out(session, community_id, phone, by_id=by_id, now=now)
        phones = []
    made = _make(session, community_id, command.stall_id, secret, by_id=by_id, now=now)
    made.seats = max(old.seats if old else SEATS, len(phones))
    made.taken = len(phones)
    for phone in phones:
        phone.pass_id = made.id
    if old:
        old.taken = 0
    if command.show_out or session.get(DayDigits, day_id) is None:
        _draw_digits(session, community_id, day_id, random_bytes, by_id=by_id, now=now)
    session.flush()
    return made


def revoke_pass(
    session: Session, community_id: int, stall_id: int, *, by_id: int, now: datetime
) -> None:
    """Let nobody join this stall any more; who is in stays. Raises NoSuchStall, NoPassYet."""
    _hold_day_of(session, community_id, stall_id)
    _revoke(session, community_id, _standing(session, stall_id), by_id=by_id, now=now)


def set_seats(
    session: Session, community_id: int, stall_id: int, seats: int, *, by_id: int, now: datetime
) -> None:
    """How many phones a stall's pass lets in. Raises NoSuchStall, NoPassYet, TooFewSeats."""
    check_count(seats, most=MOST_SEATS)
    _hold_day_of(session, community_id, stall_id)
    known = _standing(session, stall_id)
    if seats < known.taken:
        raise TooFewSeats(taken=known.taken)
    known.seats = seats
    session.flush()
    note(
        session,
        "pass_seats_set",
        community_id=community_id,
        now=now,
        stall_pass=known.id,
        seats=seats,
        by=by_id,
    )


def change_digits(
    session: Session,
    community_id: int,
    market_day_id: int,
    *,
    random_bytes: RandomBytes,
    by_id: int,
    now: datetime,
) -> None:
    """Four other digits from now on; who is in stays. Raises NoSuchMarketDay."""
    _hold_day(session, community_id, market_day_id)
    _draw_digits(session, community_id, market_day_id, random_bytes, by_id=by_id, now=now)


def show_out(
    session: Session, community_id: int, device_id: int, *, by_id: int, now: datetime
) -> None:
    """A phone may send nothing any more, and its seat is free; a second time changes nothing.

    Raises NoSuchPhone.
    """
    day_id = session.scalar(
        select(Device.market_day_id)
        .join(MarketDay, MarketDay.id == Device.market_day_id)
        .where(
            Device.id == device_id,
            MarketDay.community_id == community_id,
            Device.token_hash.is_not(None),
        )
    )
    if day_id is None:
        raise NoSuchPhone
    lock_market_day(session, day_id)
    phone = session.get_one(Device, device_id, populate_existing=True)
    if phone.revoked_at is None:
        _show_out(session, community_id, phone, by_id=by_id, now=now)


def _hold_day(session: Session, community_id: int, market_day_id: int) -> None:
    known = session.scalar(
        select(MarketDay.id)
        .where(MarketDay.id == market_day_id, MarketDay.community_id == community_id)
        .with_for_update(key_share=True)
    )
    if known is None:
        raise NoSuchMarketDay


def _hold_day_of(session: Session, community_id: int, stall_id: int) -> int:
    """Hold the market day of a stall still; gives its id."""
    day_id = session.scalar(
        select(MarketDay.id)
        .join(Stall, Stall.market_day_id == MarketDay.id)
        .where(Stall.id == stall_id, MarketDay.community_id == community_id)
        .with_for_update(of=MarketDay, key_share=True)
    )
    if day_id is None:
        raise NoSuchStall
    return day_id


def _last_pass(session: Session, stall_id: int) -> StallPass | None:
    """The one that stands or stood last: all phones of the stall that stand are its."""
    return session.scalar(
        select(StallPass)
        .where(StallPass.stall_id == stall_id)
        .order_by(StallPass.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _standing(session: Session, stall_id: int) -> StallPass:
    known = _last_pass(session, stall_id)
    if known is None or known.revoked_at is not None:
        raise NoPassYet
    return known


def _phones_of(session: Session, pass_id: int) -> Sequence[Device]:
    return session.scalars(
        select(Device)
        .where(Device.pass_id == pass_id, Device.revoked_at.is_(None))
        .order_by(Device.id)
        .execution_options(populate_existing=True)
    ).all()


def _make(
    session: Session,
    community_id: int,
    stall_id: int,
    secret: PassSecret,
    *,
    by_id: int,
    now: datetime,
) -> StallPass:
    made = StallPass(
        stall_id=stall_id,
        salt=secret.salt,
        token_hash=secret.token_hash,
        seats=SEATS,
        taken=0,
        made_by_id=by_id,
        made_at=now,
    )
    session.add(made)
    session.flush()
    note(
        session,
        "pass_made",
        community_id=community_id,
        now=now,
        stall_pass=made.id,
        stall=stall_id,
        by=by_id,
    )
    return made


def _revoke(
    session: Session, community_id: int, known: StallPass, *, by_id: int, now: datetime
) -> None:
    known.revoked_by_id = by_id
    known.revoked_at = now
    session.flush()
    note(
        session,
        "pass_revoked",
        community_id=community_id,
        now=now,
        stall_pass=known.id,
        by=by_id,
    )


def _show_out(
    session: Session, community_id: int, phone: Device, *, by_id: int, now: datetime
) -> None:
    phone.revoked_by_id = by_id
    phone.revoked_at = now
    session.flush()
    if phone.pass_id is not None:
        free_seat(session, phone.pass_id)
    note(
        session,
        "device_shown_out",
        community_id=community_id,
        now=now,
        device=phone.id,
        by=by_id,
    )


def _draw_digits(
    session: Session,
    community_id: int,
    market_day_id: int,
    random_bytes: RandomBytes,
    *,
    by_id: int,
    now: datetime,
) -> None:
    """Other digits than there were. The audit chain hears that they changed, not what they are."""
    known = session.get(DayDigits, market_day_id, populate_existing=True)
    drawn = draw_digits(random_bytes, other_than=known.digits if known else "")
    if known is None:
        session.add(
            DayDigits(
                market_day_id=market_day_id, digits=drawn, changed_by_id=by_id, changed_at=now
            )
        )
    else:
        known.digits, known.changed_by_id, known.changed_at = drawn, by_id, now
    session.flush()
    note(
        session,
        "digits_changed",
        community_id=community_id,
        now=now,
        market_day=market_day_id,
        by=by_id,
    )
