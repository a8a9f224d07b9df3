"""Taking a turn on the spot, and each step until it is served: posted rows, never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from market.actions.sales.devices import form_device
from market.actions.sales.turn_changes import turns_changed
from market.domain.errors import N_, Busy, Invalid, Refused
from market.domain.sales.bookings import Contact
from market.domain.sales.turns import (
    GuardianNotHere,
    StepOutOfOrder,
    TagDiffers,
    TurnState,
    Way,
    new_tag,
    next_states,
    number_label,
    state_before,
    two_volunteers,
)
from market.models.sales import Device, Slot, Turn, TurnContact, TurnPromise, TurnStep
from market.queries.sales.services import ServiceNow, service_now
from market.queries.sales.turns import TurnNow, turn_now


class ServiceNotOpen(Refused):
    """Turns on the spot are for the market day itself."""

    sentence = N_("“%(name)s”现在不能取号：市集还没有开市，或这项服务已经下架。")


class NotByNumbers(Refused):
    """Its turns are times that are booked."""

    sentence = N_("这项服务要预约时段，请从空着的时段里选一个。")


class MovedMeanwhile(Busy):
    """Somebody else tapped in the same moment."""

    sentence = N_("刚才别人也点了这一号，请看一下它现在到了哪一步，再点一次。")


class PromiseTooEarly(Invalid):
    """A day that has passed."""

    sentence = N_("请填今天或以后的日子。")


@dataclass(frozen=True, slots=True)
class Taker:
    """Who does it: a person of the desk, or a phone that joined a stall."""

    person_id: int | None = None
    device_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTurn:
    """A number, or something left. `turn_id` was made when the page was opened."""

    community_id: int
    listing_id: int
    turn_id: UUID
    contact: Contact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTurn:
    """How far a turn is now, seen from where the page showed it (`seen` steps).

    The volunteers and the guardian are asked for where a child is taken in, `tag` where something
    or somebody is given back. Without a tag that is lost, two volunteers answer for it.
    """

    community_id: int
    turn_id: UUID
    state: TurnState
    seen: int
    first_name: str = ""
    second_name: str = ""
    guardian_here: bool = False
    tag: str = ""
    tag_lost: bool = False


def take_turn(
    session: Session,
    command: TakeTurn,
    taker: Taker,
    *,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> UUID:
    """Give the next number of this device; the same page sent again gives the same turn.

    Raises NoSuchService, ServiceNotOpen, NotByNumbers.
    """
    service = service_now(session, command.community_id, command.listing_id)
    if not service.opened or service.retired or service.way is None:
        raise ServiceNotOpen(name=service.name)
    if service.way is Way.SLOT:
        raise NotByNumbers
    device_id, letter = _device(session, service, taker, now=now)
    if session.get(Turn, command.turn_id) is not None:
        return command.turn_id
    last = session.scalar(
        select(func.max(Turn.number)).where(
            Turn.listing_id == service.listing_id, Turn.device_id == device_id
        )
    )
    number = (last or 0) + 1
    two_parts = service.care or service.way is Way.LEFT
    session.add(
        Turn(
            id=command.turn_id,
            listing_id=service.listing_id,
            device_id=device_id,
            number=number,
            label=number_label(letter, number),
            tag=new_tag(random_bytes) if two_parts else "",
            taken_at=now,
            by_id=taker.person_id,
        )
    )
    session.flush()
    keep_contact(session, command.turn_id, command.contact)
    turns_changed(session, service.market_day_id)
    return command.turn_id


def step_turn(session: Session, command: StepTurn, taker: Taker, *, now: datetime) -> TurnNow:
    """One step on. Where it stands there already, nothing happens (a second tap).

    Raises NoSuchTurn, MovedMeanwhile, StepOutOfOrder, GuardianNotHere, TwoVolunteersNeeded,
    TagDiffers.
    """
    turn = turn_now(session, command.community_id, command.turn_id)
    if turn.state is command.state:
        return turn
    if turn.seen != command.seen:
        raise MovedMeanwhile
    if command.state not in next_states(turn.way, turn.state):
        raise StepOutOfOrder(label=turn.label)
    names = _care_names(turn, command)
    _require_tag(turn, command)
    lost = command.tag_lost and _is_given_back(turn, command)
    _add_step(session, turn, command.state, taker, names, tag_lost=lost, now=now)
    if command.state is TurnState.CANCELLED:
        release(session, turn)
    turns_changed(session, turn.market_day_id)
    return turn_now(session, command.community_id, command.turn_id)


def step_back(
    session: Session, community_id: int, turn_id: UUID, seen: int, taker: Taker, *, now: datetime
) -> TurnNow:
    """Take a slip of the finger back, by one more step. Raises as `step_turn`."""
    turn = turn_now(session, community_id, turn_id)
    if turn.seen != seen:
        raise MovedMeanwhile
    before = state_before(turn.way, turn.state, care=turn.care)
    if before is None:
        raise StepOutOfOrder(label=turn.label)
    _add_step(session, turn, before, taker, ("", ""), now=now)
    turns_changed(session, turn.market_day_id)
    return turn_now(session, community_id, turn_id)


def promise_turn(
    session: Session,
    community_id: int,
    turn_id: UUID,
    due_on: date,
    *,
    by_id: int,
    today: date,
    now: datetime,
) -> None:
    """Say by which day somebody who has paid is served. Raises NoSuchTurn, PromiseTooEarly."""
    turn = turn_now(session, community_id, turn_id)
    if due_on < today:
        raise PromiseTooEarly(field="due_on")
    if turn.due_on == due_on:
        return
    made = select(func.count()).select_from(TurnPromise).where(TurnPromise.turn_id == turn.id)
    session.add(
        TurnPromise(
            turn_id=turn.id,
            ordinal=(session.scalar(made) or 0) + 1,
            due_on=due_on,
            by_id=by_id,
            at=now,
        )
    )
    _flush(session)


def keep_contact(
    session: Session, turn_id: UUID, contact: Contact | None, code_hash: bytes | None = None
) -> None:
    """Keep whom a turn belongs to, apart from the turn, until it is erased."""
    if contact is None:
        return
    session.add(
        TurnContact(
            turn_id=turn_id,
            nickname=contact.nickname,
            phone_tail=contact.phone_tail,
            code_hash=code_hash,
        )
    )
    session.flush()


def release(session: Session, turn: TurnNow) -> None:
    """Let others have what a cancelled turn had, and forget whose it was."""
    slot = session.scalar(select(Slot).where(Slot.turn_id == turn.id))
    if slot is not None:
        slot.turn_id = None
    contact = session.get(TurnContact, turn.id)
    if contact is not None:
        session.delete(contact)
    session.flush()


def _device(
    session: Session, service: ServiceNow, taker: Taker, *, now: datetime
) -> tuple[int, str]:
    """The device that gives the number, held still: a second tap waits for the first."""
    if taker.device_id is not None:
        own = Device.id == taker.device_id
    elif taker.person_id is not None:
        own = Device.id == form_device(session, service.market_day_id, taker.person_id, now=now)[0]
    else:
        message = "somebody gives the number: a person or a phone"
        raise ValueError(message)
    row = session.execute(
        select(Device.id, Device.letter)
        .where(own, Device.market_day_id == service.market_day_id)
        .with_for_update(key_share=True)
    ).one_or_none()
    if row is None:
        raise ServiceNotOpen(name=service.name)
    return row[0], row[1]


def _care_names(turn: TurnNow, command: StepTurn) -> tuple[str, str]:
    children = turn.care and command.state in {TurnState.ARRIVED, TurnState.DONE}
    if not children and not (command.tag_lost and _is_given_back(turn, command)):
        return "", ""
    if command.state is TurnState.ARRIVED and not command.guardian_here:
        raise GuardianNotHere(field="guardian_here")
    return two_volunteers(command.first_name, command.second_name)


def _require_tag(turn: TurnNow, command: StepTurn) -> None:
    """What was left, and a child, is given to whoever shows the other half."""
    if command.tag_lost or not _is_given_back(turn, command):
        return
    if command.tag.strip().upper().removeprefix(f"{turn.label}-") != turn.tag:
        raise TagDiffers(field="tag")


def _is_given_back(turn: TurnNow, command: StepTurn) -> bool:
    given_back = TurnState.DONE if turn.care else TurnState.COLLECTED
    return bool(turn.tag) and command.state is given_back


def _add_step(
    session: Session,
    turn: TurnNow,
    state: TurnState,
    taker: Taker,
    names: tuple[str, str],
    *,
    tag_lost: bool = False,
    now: datetime,
) -> None:
    session.add(
        TurnStep(
            turn_id=turn.id,
            ordinal=turn.seen + 1,
            state=str(state),
            first_name=names[0],
            second_name=names[1],
            tag_lost=tag_lost,
            device_id=taker.device_id,
            by_id=taker.person_id,
            at=now,
        )
    )
    _flush(session)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        # Its number among the steps is unique: somebody's tap came first.
        raise MovedMeanwhile from error
