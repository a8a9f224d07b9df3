"""A wish's steps: each is a record of who, when and on what evidence, beside the state kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Missing
from market.domain.proceeds.wish import OVER, StepNotAllowed, WishKind, WishState, check_step
from market.domain.text import clean_text
from market.models.proceeds import Wish, WishHold, WishStep

MOST_EVIDENCE = 200


class NoSuchWish(Missing):
    """No wish of this community has this id."""

    sentence = N_("没有找到这个心愿，请从心愿列表重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverWish:
    """What was bought reached the child, or the company was kept; `evidence` is its reference."""

    community_id: int
    wish_id: int
    evidence: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpWish:
    """Somebody asked afterwards how it went; `evidence` says where the record is."""

    community_id: int
    wish_id: int
    evidence: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndWish:
    """A wish that is taken back by the family (withdrawn), or has lost its time (expired)."""

    community_id: int
    wish_id: int
    expired: bool
    note: str


def deliver_wish(session: Session, command: DeliverWish, *, by_id: int, now: datetime) -> Wish:
    """Record a delivery; a wish is delivered once. Raises NoSuchWish, StepNotAllowed.

    What somebody brought to the station for a wish they held is delivered without being bought.
    """
    wish = locked_wish(session, command.community_id, command.wish_id)
    step(
        session,
        wish,
        WishState.DELIVERED,
        evidence=clean_text(command.evidence, most=MOST_EVIDENCE),
        remark=clean_text(command.note, most=MOST_EVIDENCE, least=0),
        by_id=by_id,
        now=now,
    )
    return wish


def follow_up_wish(session: Session, command: FollowUpWish, *, by_id: int, now: datetime) -> Wish:
    """Record how it went. Raises NoSuchWish, StepNotAllowed."""
    wish = locked_wish(session, command.community_id, command.wish_id)
    step(
        session,
        wish,
        WishState.FOLLOWED_UP,
        evidence=clean_text(command.evidence, most=MOST_EVIDENCE),
        remark=clean_text(command.note, most=MOST_EVIDENCE, least=0),
        by_id=by_id,
        now=now,
    )
    return wish


def end_wish(session: Session, command: EndWish, *, by_id: int, now: datetime) -> Wish:
    """Take a wish that is not yet bought off the list; its money stays committed until returned."""
    wish = locked_wish(session, command.community_id, command.wish_id)
    step(
        session,
        wish,
        WishState.EXPIRED if command.expired else WishState.WITHDRAWN,
        remark=clean_text(command.note, most=MOST_EVIDENCE),
        by_id=by_id,
        now=now,
    )
    return wish


def locked_wish(session: Session, community_id: int, wish_id: int) -> Wish:
    """The wish as it stands now, locked; wishes are locked before anything else. NoSuchWish."""
    wish = session.scalar(
        select(Wish)
        .where(Wish.id == wish_id, Wish.community_id == community_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if wish is None:
        raise NoSuchWish
    return wish


def step(
    session: Session,
    wish: Wish,
    then: WishState,
    *,
    evidence: str = "",
    remark: str = "",
    by_id: int,
    now: datetime,
) -> None:
    """Lead a locked wish to its next state, and record the step. Raises StepNotAllowed.

    A wish that is delivered or over is held by nobody any more.
    """
    state = WishState(wish.state)
    hold = standing_hold(session, wish.id) if state is WishState.OPEN or then in OVER else None
    brought = hold is not None and hold.received_at is not None
    check_step(WishKind(wish.kind), state, then, in_kind=brought)
    moved = session.scalar(
        update(Wish)
        .where(Wish.id == wish.id, Wish.state == str(state))
        .values(state=str(then), changed_at=now)
        .returning(Wish.id)
        .execution_options(synchronize_session="fetch")
    )
    if moved is None:
        raise StepNotAllowed(now=state.label, then=then.label)
    if hold is not None and then in OVER | {WishState.DELIVERED}:
        ending = "wish_over" if then in OVER else "delivered"
        end_hold(session, wish, hold, ending, by_id=by_id, now=now)
    record_step(session, wish, then, evidence=evidence, remark=remark, by_id=by_id, now=now)


def standing_hold(session: Session, wish_id: int) -> WishHold | None:
    """The hold of a locked wish that nobody has ended, lapsed or not."""
    found: WishHold | None = session.scalar(
        select(WishHold)
        .where(WishHold.wish_id == wish_id, WishHold.ended_at.is_(None))
        .execution_options(populate_existing=True)
    )
    return found


def end_hold(
    session: Session, wish: Wish, hold: WishHold, ending: str, *, by_id: int | None, now: datetime
) -> None:
    """A hold is over: delivered, undone, lapsed, or its wish is over."""
    hold.ended_at, hold.ended_by_id, hold.ending = now, by_id, ending
    wish.changed_at = now
    session.flush()
    note(
        session,
        "hold_ended",
        community_id=wish.community_id,
        now=now,
        hold=hold.id,
        ending=ending,
        by=by_id or 0,
    )


def record_step(
    session: Session,
    wish: Wish,
    state: WishState,
    *,
    evidence: str = "",
    remark: str = "",
    by_id: int,
    now: datetime,
) -> None:
    """Only the record, for a state that was set in the same unit of work."""
    session.add(
        WishStep(
            wish_id=wish.id, state=str(state), evidence=evidence, note=remark, by_id=by_id, at=now
        )
    )
    note(
        session,
        "wish_step",
        community_id=wish.community_id,
        now=now,
        wish=wish.id,
        state=str(state),
        by=by_id,
    )
