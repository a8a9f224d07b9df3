"""Who is still waiting, how many were served, and who has paid and was not served yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from market.domain.sales.turns import SERVED, TurnState, Way
from market.models.sales import Listing, MarketDay, Sale, SaleTurn, Service, Stall, Turn
from market.queries.sales.turns import TurnNow, due_on, paid, state_of, turn_of, turns


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait at a service and how many were served."""

    waiting: int
    served: int


def queues_of(session: Session, market_day_id: int) -> dict[int, Queue]:
    """How many wait and how many were served, by listing."""
    state = state_of()
    rows = session.execute(
        select(
            Turn.listing_id,
            func.sum(case((state == TurnState.WAITING, 1), else_=0)),
            func.sum(case((state.in_(SERVED), 1), else_=0)),
        )
        .join(Listing, Listing.id == Turn.listing_id)
        .join(Stall, Stall.id == Listing.stall_id)
        .where(Stall.market_day_id == market_day_id)
        .group_by(Turn.listing_id)
    )
    return {listing_id: Queue(waiting, served) for listing_id, waiting, served in rows}


def served_people(session: Session, market_day_id: int) -> tuple[int, int]:
    """人次: turns that were served at a market day, and those of them that cost nothing.

    Who comes twice counts twice; what was left counts when it was done.
    """
    row = session.execute(
        select(func.count(), func.sum(case((Listing.price_minor == 0, 1), else_=0)))
        .select_from(Turn)
        .join(Listing, Listing.id == Turn.listing_id)
        .join(Stall, Stall.id == Listing.stall_id)
        .where(Stall.market_day_id == market_day_id, state_of().in_(SERVED))
    ).one()
    return row[0], int(row[1] or 0)


def unserved(
    session: Session,
    community_id: int,
    *,
    till_id: int | None = None,
    until: date | None = None,
) -> list[TurnNow]:
    """Turns that are paid and not served yet, the first promised first.

    Those paid at one till, or those of market days until a day; all of them otherwise.
    """
    served = (TurnState.COLLECTED,)
    question = (
        turns()
        .where(
            MarketDay.community_id == community_id,
            # Few turns are paid by name: the database begins with those.
            Turn.id.in_(select(SaleTurn.turn_id)),
            paid(Sale.id).is_not(None),
            case(
                (Service.way == Way.LEFT, state_of().not_in(served)),
                else_=state_of().not_in(SERVED),
            ),
        )
        .order_by(func.coalesce(due_on(), MarketDay.held_on), Turn.taken_at, Turn.id)
    )
    if till_id is not None:
        question = question.where(paid(Sale.till_id) == till_id)
    if until is not None:
        question = question.where(MarketDay.held_on <= until)
    return [turn_of(row) for row in session.execute(question)]
