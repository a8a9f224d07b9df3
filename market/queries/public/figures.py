"""Every market that may be listed, with its sums in one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import cast, func, select
from sqlalchemy.orm import Session

from market.models.base import Minor
from market.models.ledger import Account, Posting
from market.models.sales import Closure, MarketDay, Till, TillTotal
from market.queries.public.markets import MarketRow, markets


@dataclass(frozen=True, slots=True)
class MarketFigures:
    """What a market brought (minor units); nothing before its first closing."""

    market: MarketRow
    receipts: int
    consigned_minor: int
    box_minor: int


def market_figures(session: Session, *, limit: int) -> list[MarketFigures]:
    """The newest first."""
    rows = markets(session, limit=limit)
    receipts = dict(
        session.execute(
            select(Till.market_day_id, cast(func.sum(TillTotal.sales), Minor))
            .join(TillTotal, TillTotal.till_id == Till.id)
            .group_by(Till.market_day_id)
        ).all()
    )
    boxes = dict(
        session.execute(
            select(Till.market_day_id, cast(func.sum(Closure.box_minor), Minor))
            .join(Closure, Closure.till_id == Till.id)
            .group_by(Till.market_day_id)
        ).all()
    )
    consigned = _consigned(session)
    return [
        MarketFigures(row, receipts.get(row.id, 0), consigned.get(row.id, 0), boxes.get(row.id, 0))
        for row in rows
    ]


def _consigned(session: Session) -> Mapping[int, int]:
    """What each market's closures owe to consignors."""
    rows = session.execute(
        select(Till.market_day_id, cast(func.sum(-Posting.amount_minor), Minor))
        .join(Closure, Closure.till_id == Till.id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .join(Posting, Posting.voucher_id == Closure.voucher_id)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.kind == "payable")
        .group_by(Till.market_day_id)
    )
    return dict(rows.all())
