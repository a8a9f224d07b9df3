"""Naming the turn that a sale paid for: a small row of its own, the sale stays as it was hashed."""

from __future__ import annotations

import unicodedata
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session

from market.actions.sales.turn_changes import turns_changed
from market.domain.errors import N_, Invalid, Refused
from market.domain.sales.turns import TurnState
from market.models.sales import Sale, SaleLine, SaleTurn, SaleVoid, Till
from market.queries.sales.turns import TurnNow, turn_now


class PaidBefore(Refused):
    """A turn is paid once."""

    sentence = N_("%(label)s 已经用小票 %(number)s 付过款了，不用再付。")


class NothingToPayFor(Refused):
    """Cancelled: others have its time."""

    sentence = N_("%(label)s 已经取消，不能再收款。")


class SaleDoesNotFit(Invalid):
    """No standing sale with this number, or none of this service that is not named yet."""

    sentence = N_("小票 %(number)s 里没有可以对上的“%(service)s”，请核对当日号，像 3B-027。")


def name_turn(session: Session, community_id: int, turn_id: UUID, sale_id: UUID) -> None:
    """Say that a line of this sale paid for a turn; said again, nothing happens.

    Raises NoSuchTurn, PaidBefore, NothingToPayFor, SaleDoesNotFit.
    """
    # First of all: two tills that name one turn wait for each other here.
    turns_changed(session, turn_now(session, community_id, turn_id).market_day_id)
    turn = turn_now(session, community_id, turn_id)
    if session.scalar(select(SaleTurn.number).where(_names(turn, sale_id)).limit(1)) is not None:
        return
    if turn.paid_by:
        raise PaidBefore(label=turn.label, number=turn.paid_by)
    if turn.state is TurnState.CANCELLED:
        raise NothingToPayFor(label=turn.label)
    number = session.scalar(
        select(SaleLine.number)
        .join(Sale, Sale.id == SaleLine.sale_id)
        .join(Till, Till.id == Sale.till_id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .where(
            Sale.id == sale_id,
            Till.market_day_id == turn.market_day_id,
            SaleLine.listing_id == turn.listing_id,
            SaleVoid.sale_id.is_(None),
            SaleLine.quantity > _named_already(),
        )
        .order_by(SaleLine.number)
        .limit(1)
    )
    if number is None:
        day_number = session.scalar(select(Sale.day_number).where(Sale.id == sale_id))
        raise SaleDoesNotFit(number=day_number or "", service=turn.service, field="day_number")
    session.add(SaleTurn(sale_id=sale_id, number=number, turn_id=turn.id))
    session.flush()


def name_turn_by_day_number(
    session: Session, community_id: int, turn_id: UUID, day_number: str
) -> None:
    """The same by what the receipt says, for a sale that a phone has made. Raises as `name_turn`."""
    turn = turn_now(session, community_id, turn_id)
    said = unicodedata.normalize("NFKC", day_number).strip().upper()
    sale_id = session.scalar(
        select(Sale.id)
        .join(Till, Till.id == Sale.till_id)
        .where(Sale.day_number == said, Till.market_day_id == turn.market_day_id)
    )
    if sale_id is None:
        raise SaleDoesNotFit(number=said, service=turn.service, field="day_number")
    name_turn(session, community_id, turn_id, sale_id)


def _names(turn: TurnNow, sale_id: UUID) -> ColumnElement[bool]:
    return (SaleTurn.turn_id == turn.id) & (SaleTurn.sale_id == sale_id)


def _named_already() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(SaleTurn)
        .where(SaleTurn.sale_id == SaleLine.sale_id, SaleTurn.number == SaleLine.number)
        .correlate(SaleLine)
        .scalar_subquery()
    )
