"""Allocations in a list: what was committed, spent and returned, with the sums of what a filter finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from market.models.ledger import Fund, Voucher
from market.models.livelihood import Enterprise, SupportApplication, Tranche
from market.models.people import Person
from market.models.proceeds import Allocation, Proposal, ProposalDecision, ProposalItem, Wish
from market.models.sales import MarketDay

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocatedFilter:
    """Which allocations: of a fund, of a market day's costs, with something left; None for all."""

    fund_id: int | None = None
    market_day_id: int | None = None
    month: str | None = None
    unspent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocatedRow:
    """One allocation: to a wish (by its code), to a tranche of an enterprise's plan, or to a market
    day's costs.
    """

    id: int
    fund: str
    wish_id: int | None
    wish_code: str
    market_day: str
    enterprise: str
    amount_minor: int
    spent_minor: int
    returned_minor: int
    allocated_at: datetime
    proposal_id: int
    proposed_by: str
    approved_by: str
    voucher_id: int
    voucher: str

    @property
    def left_minor(self) -> int:
        """Promised, and neither spent nor returned."""
        return self.amount_minor - self.spent_minor - self.returned_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocatedFound:
    """A page of allocations, the newest first, with the sums of all that the filter finds."""

    rows: tuple[AllocatedRow, ...]
    count: int
    amount_minor: int
    spent_minor: int
    returned_minor: int
    number: int
    pages: int

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.spent_minor - self.returned_minor


def allocated(
    session: Session, community_id: int, chosen: AllocatedFilter, number: int = 1
) -> AllocatedFound:
    """One page of what a filter finds. A page beyond the last is the last."""
    conditions = _conditions(community_id, chosen)
    count, amount, spent, returned = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(Allocation.amount_minor), 0),
            func.coalesce(func.sum(Allocation.spent_minor), 0),
            func.coalesce(func.sum(Allocation.returned_minor), 0),
        )
        .select_from(Allocation)
        .join(Fund, Fund.id == Allocation.fund_id)
        .join(Voucher, Voucher.id == Allocation.voucher_id)
        .where(*conditions)
    ).one()
    pages = max(1, -(-count // ON_A_PAGE))
    number = min(max(1, number), pages)
    rows = session.execute(
        _allocations(conditions).limit(ON_A_PAGE).offset((number - 1) * ON_A_PAGE)
    )
    return AllocatedFound(
        rows=tuple(_row(row) for row in rows),
        count=count,
        amount_minor=int(amount),
        spent_minor=int(spent),
        returned_minor=int(returned),
        number=number,
        pages=pages,
    )


def all_allocated(
    session: Session, community_id: int, chosen: AllocatedFilter, most: int
) -> list[AllocatedRow]:
    """Everything that a filter finds, `most` rows at most."""
    question = _allocations(_conditions(community_id, chosen)).limit(most)
    return [_row(row) for row in session.execute(question)]


def _conditions(community_id: int, chosen: AllocatedFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Fund.community_id == community_id]
    if chosen.fund_id is not None:
        found.append(Fund.id == chosen.fund_id)
    if chosen.market_day_id is not None:
        found.append(Allocation.market_day_id == chosen.market_day_id)
    if chosen.month is not None:
        found.append(Voucher.month == chosen.month)
    if chosen.unspent:
        left = Allocation.amount_minor - Allocation.spent_minor - Allocation.returned_minor
        found.append(left > 0)
    return found


def _allocations(conditions: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    proposer, approver = aliased(Person), aliased(Person)
    return (
        select(
            Allocation.id,
            Fund.name.label("fund"),
            Allocation.wish_id,
            func.coalesce(Wish.code, "").label("wish_code"),
            func.coalesce(MarketDay.name, "").label("market_day"),
            func.coalesce(Enterprise.name, "").label("enterprise"),
            Allocation.amount_minor,
            Allocation.spent_minor,
            Allocation.returned_minor,
            Allocation.allocated_at,
            Proposal.id.label("proposal_id"),
            proposer.name.label("proposed_by"),
            func.coalesce(approver.name, "").label("approved_by"),
            Allocation.voucher_id,
            Voucher.month,
            Voucher.number,
        )
        .join(Fund, Fund.id == Allocation.fund_id)
        .join(Voucher, Voucher.id == Allocation.voucher_id)
        .join(ProposalItem, ProposalItem.id == Allocation.item_id)
        .join(Proposal, Proposal.id == ProposalItem.proposal_id)
        .join(proposer, proposer.id == Proposal.proposed_by_id)
        .outerjoin(ProposalDecision, ProposalDecision.proposal_id == Proposal.id)
        .outerjoin(approver, approver.id == ProposalDecision.decided_by_id)
        .outerjoin(Wish, Wish.id == Allocation.wish_id)
        .outerjoin(MarketDay, MarketDay.id == Allocation.market_day_id)
        .outerjoin(Tranche, Tranche.id == Allocation.tranche_id)
        .outerjoin(SupportApplication, SupportApplication.id == Tranche.application_id)
        .outerjoin(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(*conditions)
        .order_by(Allocation.id.desc())
    )


def _row(row: Row[*tuple[Any, ...]]) -> AllocatedRow:
    named = dict(zip(row._fields, row, strict=True))
    month, number = named.pop("month"), named.pop("number")
    return AllocatedRow(**named, voucher=f"{month}-{number:03d}")
