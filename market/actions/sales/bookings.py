"""Booking a time: a neighbour by herself or the desk for her; seen and cancelled by a private code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from market.actions.sales.turn_changes import turns_changed
from market.actions.sales.turns import Taker, keep_contact, release
from market.domain.errors import N_, Busy, Refused
from market.domain.sales.bookings import KEPT, Contact
from market.domain.sales.turns import TurnState, Way, new_tag, slot_label
from market.models.sales import (
    Listing,
    MarketDay,
    Slot,
    Stall,
    Turn,
    TurnContact,
    TurnStep,
)
from market.queries.sales.services import ServiceNow
from market.queries.sales.turns import TurnNow, state_of, turn_by_code

MOST_OF_ONE = 3
"""Bookings that one nickname with its four digits may have at a market day."""


class SlotTaken(Refused):
    """Somebody else was first."""

    sentence = N_("%(at)s 刚刚被别人约走了，请换一个时段，您填的内容还在。")


class SlotOver(Refused):
    """It has begun, or the market is over."""

    sentence = N_("%(at)s 已经过了，请换一个时段。")


class NotBookable(Refused):
    """Nothing that can be booked, or not any more."""

    sentence = N_("“%(name)s”现在不能预约，请到现场问一问摊位上的志愿者。")


class TooManyOfOne(Refused):
    """The same neighbour has some already."""

    sentence = N_("这个称呼和尾号在这次市集已经约了 %(most)s 次，请先取消一个，再约新的。")


class BookedOtherwise(Refused):
    """The page was used before, for another time."""

    sentence = N_("这一页已经约过一次。要再约一个时段，请重新打开预约页。")


class BookedAtOnce(Busy):
    """Two taps on one page in the same moment."""

    sentence = N_("刚才连着提交了两次，请再点一次，看看约上的时段。")


class PaidAlready(Refused):
    """Whoever has paid speaks with the stall."""

    sentence = N_("这一号已经付过款，不能在这里取消，请到摊位找志愿者。")


class TooLateToCancel(Refused):
    """It has come to its turn."""

    sentence = N_("这个预约已经开始或已经结束，不用再取消。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A time for somebody. `turn_id` and `code` were made when the page was opened."""

    at: time
    turn_id: UUID
    contact: Contact
    code: str = ""


def book(
    session: Session,
    service: ServiceNow,
    command: Book,
    taker: Taker,
    *,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> UUID:
    """Have a slot; whoever is first has it. The same page sent again has the same one.

    Raises NotBookable, SlotOver, SlotTaken, TooManyOfOne, BookedOtherwise,
    BookedAtOnce.
    """
    if service.way is not Way.SLOT or service.retired or not service.has_basis:
        raise NotBookable(name=service.name)
    if service.is_past(command.at, now=now):
        raise SlotOver(at=slot_label(command.at), field="at")
    known = session.get(Turn, command.turn_id)
    if known is not None:
        return _same(session, known, service, command)
    _require_few(session, service, command.contact)
    session.add(
        Turn(
            id=command.turn_id,
            listing_id=service.listing_id,
            device_id=taker.device_id,
            slot_at=command.at,
            label=slot_label(command.at),
            tag=new_tag(random_bytes) if service.care else "",
            taken_at=now,
            by_id=taker.person_id,
        )
    )
    try:
        session.flush()
        keep_contact(session, command.turn_id, command.contact, code_hash(command.code) or None)
    except IntegrityError as error:
        # Two taps of one page at once: the other one has just written this very turn.
        raise BookedAtOnce from error
    _have_slot(session, service, command)
    turns_changed(session, service.market_day_id)
    erase_old_contacts(session, now=now)
    return command.turn_id


def cancel_booking(session: Session, code: str, *, now: datetime) -> TurnNow | None:
    """Give a booking back by its private code; None where there is none.

    Its time is free for others at once, and whose it was is erased. Raises PaidAlready,
    TooLateToCancel.
    """
    turn = turn_by_code(session, code_hash(code))
    if turn is None:
        return None
    if turn.paid_by:
        raise PaidAlready
    if turn.state is not TurnState.WAITING:
        raise TooLateToCancel
    session.add(
        TurnStep(turn_id=turn.id, ordinal=turn.seen + 1, state=str(TurnState.CANCELLED), at=now)
    )
    try:
        session.flush()
    except IntegrityError as error:
        raise TooLateToCancel from error
    release(session, turn)
    turns_changed(session, turn.market_day_id)
    return turn


def erase_old_contacts(session: Session, *, now: datetime) -> int:
    """Erase nicknames, digits and codes of market days more than 30 days ago; gives how many."""
    old = (
        select(Turn.id)
        .join(Listing, Listing.id == Turn.listing_id)
        .join(Stall, Stall.id == Listing.stall_id)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .where(MarketDay.held_on < (now - KEPT).date())
    )
    erased = session.execute(
        delete(TurnContact)
        .where(TurnContact.turn_id.in_(old))
        .returning(TurnContact.turn_id)
        .execution_options(synchronize_session=False)
    )
    return len(erased.all())


def code_hash(code: str) -> bytes:
    """What is kept of a private code; b'' where there is none."""
    return hashlib.sha256(f"booking\0{code}".encode()).digest() if code else b""


def _have_slot(session: Session, service: ServiceNow, command: Book) -> None:
    """The one statement that decides who has it."""
    had = session.execute(
        update(Slot)
        .where(
            Slot.listing_id == service.listing_id,
            Slot.at == command.at,
            Slot.turn_id.is_(None),
        )
        .values(turn_id=command.turn_id)
        .returning(Slot.at)
        .execution_options(synchronize_session=False)
    ).all()
    if not had:
        raise SlotTaken(at=slot_label(command.at), field="at")


def _same(session: Session, known: Turn, service: ServiceNow, command: Book) -> UUID:
    contact = session.get(TurnContact, known.id)
    theirs = contact.code_hash if contact else None
    if (known.listing_id, known.slot_at, theirs or b"") != (
        service.listing_id,
        command.at,
        code_hash(command.code),
    ):
        raise BookedOtherwise
    return known.id


def _require_few(session: Session, service: ServiceNow, contact: Contact) -> None:
    standing = session.scalar(
        select(func.count())
        .select_from(TurnContact)
        .join(Turn, Turn.id == TurnContact.turn_id)
        .join(Listing, Listing.id == Turn.listing_id)
        .join(Stall, Stall.id == Listing.stall_id)
        .where(
            Stall.market_day_id == service.market_day_id,
            TurnContact.nickname == contact.nickname,
            TurnContact.phone_tail == contact.phone_tail,
            Turn.slot_at.is_not(None),
            state_of() == TurnState.WAITING,
        )
    )
    if (standing or 0) >= MOST_OF_ONE:
        raise TooManyOfOne(most=MOST_OF_ONE)
