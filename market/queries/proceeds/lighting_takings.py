"""What a market day's takings leave each fund, for its lighting plan: from totals that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from market.domain.ledger.split import cut
from market.models.ledger import Laying, RefundClaim
from market.models.proceeds import LightingOutcome, LightingPlan, LightingRun
from market.models.sales import Closure, PolicyShare, Refund, Sale, Till, TillTotal
from market.queries.asking import ask


@dataclass(frozen=True, slots=True)
class FundTakings:
    """A fund's part of a market day (minor units): by what is sold, and by what is laid.

    What was refunded is gone from both, and so is what runs of the day's plans have given.
    """

    fund_id: int
    sold_minor: int
    laid_minor: int
    given_minor: int


def takings_of(session: Session, market_day_id: int) -> dict[int, FundTakings]:
    """What each fund of the split has of a market day's takings, refunds and runs taken off.

    `sold_minor` follows each till's kept totals, `laid_minor` what closures have laid.
    """
    asked = {"market_day": market_day_id}
    shares = ask(session, _shares(), asked).all()
    if not shares:
        return {}
    net = ask(session, _net(), asked).one()
    parts = cut(int(net.sold or 0) + int(net.box or 0), [share.weight for share in shares])
    return {
        share.fund_id: FundTakings(
            share.fund_id,
            part - int(share.refunded) - int(share.given),
            int(share.laid) - int(share.refunded) - int(share.given),
            int(share.given),
        )
        for share, part in zip(shares, parts, strict=True)
    }


@cache
def _net() -> Select[*tuple[Any, ...]]:
    return select(
        select(func.sum(TillTotal.net_minor))
        .join(Till, Till.id == TillTotal.till_id)
        .where(Till.market_day_id == bindparam("market_day"))
        .scalar_subquery()
        .label("sold"),
        select(func.sum(Closure.box_minor))
        .join(Till, Till.id == Closure.till_id)
        .where(Till.market_day_id == bindparam("market_day"))
        .scalar_subquery()
        .label("box"),
    )


@cache
def _shares() -> Select[*tuple[Any, ...]]:
    """A row for each fund of the split: its weight, what is laid, refunded, given."""
    laid = (
        select(func.coalesce(func.sum(Laying.end_minor - Laying.start_minor), 0))
        .join(Closure, Closure.id == Laying.closure_id)
        .join(Till, Till.id == Closure.till_id)
        .where(
            Till.market_day_id == PolicyShare.market_day_id, Laying.fund_id == PolicyShare.fund_id
        )
        .correlate(PolicyShare)
        .scalar_subquery()
    )
    refunded = (
        select(func.coalesce(func.sum(RefundClaim.end_minor - RefundClaim.start_minor), 0))
        .join(Refund, Refund.id == RefundClaim.refund_id)
        # Looked at from the few refunds there are, never from all the sales of the day.
        .where(
            RefundClaim.fund_id == PolicyShare.fund_id,
            select(Sale.id)
            .join(Till, Till.id == Sale.till_id)
            .where(Sale.id == Refund.sale_id, Till.market_day_id == PolicyShare.market_day_id)
            .correlate(Refund, PolicyShare)
            .exists(),
        )
        .correlate(PolicyShare)
        .scalar_subquery()
    )
    given = (
        select(func.coalesce(func.sum(LightingOutcome.amount_minor), 0))
        .join(LightingRun, LightingRun.id == LightingOutcome.run_id)
        .join(LightingPlan, LightingPlan.id == LightingRun.plan_id)
        .where(
            LightingPlan.market_day_id == PolicyShare.market_day_id,
            LightingPlan.fund_id == PolicyShare.fund_id,
        )
        .correlate(PolicyShare)
        .scalar_subquery()
    )
    return (
        select(
            PolicyShare.fund_id,
            PolicyShare.weight,
            laid.label("laid"),
            refunded.label("refunded"),
            given.label("given"),
        )
        .where(PolicyShare.market_day_id == bindparam("market_day"))
        .order_by(PolicyShare.ordinal)
    )
