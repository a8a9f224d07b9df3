"""Wish holds: asked for, confirmed by a social worker, brought to the station, or let go.

All of it holds the wish's row, so that money and a hold never go to the same wish.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_members
from market.actions.ledger.audit import note
from market.actions.ledger.posting import local_day
from market.actions.proceeds.steps import MOST_EVIDENCE, end_hold, locked_wish, standing_hold
from market.actions.proceeds.wishes import require_ours_to_handle
from market.domain.errors import N_, Missing, Refused
from market.domain.identifiers import uuid7
from market.domain.proceeds.hold import MOST_UNCONFIRMED, asked_until, check_bring_day
from market.domain.proceeds.wish import StepNotAllowed, WishKind, WishState
from market.domain.text import clean_text
from market.models.proceeds import Wish, WishHold
from market.queries.proceeds.visibility import hold_binds


class OnlyThingsAreBrought(Refused):
    """A hold on a wish that is no thing."""

    sentence = N_("只有“物品”类心愿可以认领；别的心愿请安排款项，或找两位陪伴的人。")


class HasMoney(Refused):
    """A hold on a wish that money has gone to."""

    sentence = N_("这个心愿已经安排了款项，不能再认领。请选一个还没有安排款项的心愿。")


class HeldAlready(Refused):
    """Somebody was quicker."""

    sentence = N_("这个心愿刚刚有人认领了，谢谢您的心意。请再看看别的心愿。")


class ManyAskedAlready(Refused):
    """More is asked for from outside than anybody could confirm."""

    sentence = N_("等社工联系的认领已经很多了，请过一两天再来，或者到市集上当面说一声。")


class NoHold(Missing):
    """Nobody holds this wish, or not any more."""

    sentence = N_("这个心愿现在没有人认领，可能已经过期或取消了。请回到心愿页看一看。")


class HoldLapsed(Refused):
    """A hold whose time is over; it binds nobody any more."""

    sentence = N_("这次认领已经过期了。还愿意带来的话，请重新登记一次。")


class NotConfirmedYet(Refused):
    """Something is brought for a hold that no social worker confirmed."""

    sentence = N_("这次认领还没有确认，请社工先确认，再登记收到东西。")


class BroughtAlready(Refused):
    """What is at the station can no longer be let go by a tap."""

    sentence = N_("东西已经送到工作站了，不能再取消认领。请接着登记送达。")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskHold:
    """Somebody wants to bring it: one of us, or with None a neighbour.

    `reference` is the name that the page was opened with, so that two taps ask once.
    """

    community_id: int
    wish_id: int
    at_desk: bool
    volunteer_id: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmHold:
    """A social worker talked to them; they bring it by this day."""

    community_id: int
    wish_id: int
    bring_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoHold:
    """It will not be brought; the wish waits as before."""

    community_id: int
    wish_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveHold:
    """It is at the station, never at a home; `evidence` is the receipt's number."""

    community_id: int
    wish_id: int
    evidence: str


def ask_hold(
    session: Session,
    command: AskHold,
    *,
    by_id: int | None,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> WishHold:
    """Hold a wish that waits and has no money; what lapsed before ends by it.

    Raises NoSuchWish, OnlyThingsAreBrought, StepNotAllowed, HasMoney, HeldAlready, NotYetReviewed,
    ConsentMissing, NotOfThisCommunity, ManyAskedAlready.
    """
    wish = locked_wish(session, command.community_id, command.wish_id)
    today = local_day(session, command.community_id, now)
    before = standing_hold(session, wish.id)
    if before is not None and before.reference == command.reference:
        return before
    _require_to_bring(wish)
    require_ours_to_handle(session, wish, now)
    if command.volunteer_id is not None:
        require_members(session, command.community_id, [command.volunteer_id])
    if before is not None and _binds(before, today):
        raise HeldAlready
    if not command.at_desk:
        _require_room(session, command.community_id, today)
    if before is not None:
        end_hold(session, wish, before, "lapsed", by_id=None, now=now)
    hold = WishHold(
        wish_id=wish.id,
        reference=command.reference or str(uuid7(now, random_bytes)),
        asked_at_desk=command.at_desk,
        volunteer_id=command.volunteer_id,
        asked_at=now,
        until_on=asked_until(today),
        evidence="",
        ending="",
        note="",
    )
    session.add(hold)
    wish.changed_at = now
    session.flush()
    _note(session, wish, hold, "hold_asked", by_id=by_id, now=now)
    return hold


def confirm_hold(session: Session, command: ConfirmHold, *, by_id: int, now: datetime) -> WishHold:
    """Let it stand until the day they bring it. Raises NoSuchWish, NoHold, HoldLapsed, BringDayWrong."""
    wish, hold = _standing(session, command.community_id, command.wish_id, now)
    check_bring_day(command.bring_on, local_day(session, command.community_id, now))
    hold.confirmed_by_id, hold.confirmed_at = by_id, now
    hold.until_on = command.bring_on
    wish.changed_at = now
    session.flush()
    _note(session, wish, hold, "hold_confirmed", by_id=by_id, now=now)
    return hold


def undo_hold(session: Session, command: UndoHold, *, by_id: int, now: datetime) -> WishHold:
    """Let it go, with a reason. Raises NoSuchWish, NoHold, BroughtAlready."""
    wish = locked_wish(session, command.community_id, command.wish_id)
    hold = standing_hold(session, wish.id)
    if hold is None:
        raise NoHold
    if hold.received_at is not None:
        raise BroughtAlready
    hold.note = clean_text(command.reason, most=MOST_EVIDENCE)
    end_hold(session, wish, hold, "undone", by_id=by_id, now=now)
    return hold


def receive_hold(session: Session, command: ReceiveHold, *, by_id: int, now: datetime) -> WishHold:
    """Record that it came to the station; from here on the hold does not lapse.

    Raises NoSuchWish, NoHold, HoldLapsed, NotConfirmedYet, BroughtAlready.
    """
    wish, hold = _standing(session, command.community_id, command.wish_id, now)
    if hold.confirmed_at is None:
        raise NotConfirmedYet
    if hold.received_at is not None:
        raise BroughtAlready
    hold.evidence = clean_text(command.evidence, most=MOST_EVIDENCE)
    hold.received_by_id, hold.received_at = by_id, now
    wish.changed_at = now
    session.flush()
    _note(session, wish, hold, "hold_received", by_id=by_id, now=now)
    return hold


def _require_to_bring(wish: Wish) -> None:
    if wish.kind != WishKind.GOODS:
        raise OnlyThingsAreBrought
    state = WishState(wish.state)
    if wish.funded_minor or state is WishState.LIT:
        raise HasMoney
    if state is not WishState.OPEN:
        raise StepNotAllowed(now=state.label, then=WishState.DELIVERED.label)


def _require_room(session: Session, community_id: int, today: date) -> None:
    waiting = session.scalar(
        select(func.count())
        .select_from(WishHold)
        .join(Wish, Wish.id == WishHold.wish_id)
        .where(
            Wish.community_id == community_id,
            WishHold.asked_at_desk.is_(False),
            WishHold.confirmed_at.is_(None),
            hold_binds(today),
        )
    )
    if (waiting or 0) >= MOST_UNCONFIRMED:
        raise ManyAskedAlready


def _standing(
    session: Session, community_id: int, wish_id: int, now: datetime
) -> tuple[Wish, WishHold]:
    wish = locked_wish(session, community_id, wish_id)
    hold = standing_hold(session, wish.id)
    if hold is None:
        raise NoHold
    if not _binds(hold, local_day(session, community_id, now)):
        raise HoldLapsed
    return wish, hold


def _binds(hold: WishHold, today: date) -> bool:
    return hold.received_at is not None or hold.until_on >= today


def _note(
    session: Session, wish: Wish, hold: WishHold, kind: str, *, by_id: int | None, now: datetime
) -> None:
    note(
        session,
        kind,
        community_id=wish.community_id,
        now=now,
        wish=wish.id,
        hold=hold.id,
        by=by_id or 0,
    )
