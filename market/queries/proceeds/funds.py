"""A fund with its line: what was laid, taken, promised and spent, and what happened last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing
from market.domain.proceeds.purpose import FundPurpose
from market.models.ledger import Fund, Laying, Taking
from market.models.livelihood import Enterprise, SupportApplication, Tranche
from market.models.proceeds import Allocation, AllocationReturn, Wish
from market.models.sales import Closure, MarketDay, Refund, Sale, Till

NEWEST = 12


class NoSuchFund(Missing):
    """No fund of this community has this id."""

    sentence = N_("没有找到这个专款，请从专款列表重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class FundNow:
    """A fund's figures in minor units: laid = taken + free; committed and spent are of the taken."""

    id: int
    name: str
    name_en: str
    purpose: FundPurpose
    laid_minor: int
    taken_minor: int
    committed_minor: int
    spent_minor: int

    @property
    def free_minor(self) -> int:
        return self.laid_minor - self.taken_minor


@dataclass(frozen=True, slots=True)
class LaidPiece:
    """What came in: `source` is closure, box or returned; `words` say which."""

    source: str
    words: str
    at: datetime | None
    start_minor: int
    end_minor: int


@dataclass(frozen=True, slots=True)
class TakenPiece:
    """What went out: `use` is wish, support, cost or refund; `words` say which."""

    use: str
    words: str
    at: datetime | None
    start_minor: int
    end_minor: int


@dataclass(frozen=True, slots=True)
class FundPage:
    """A fund and the newest pieces of its line."""

    fund: FundNow
    laid: tuple[LaidPiece, ...]
    taken: tuple[TakenPiece, ...]


_LEFT = func.sum(Allocation.amount_minor - Allocation.spent_minor - Allocation.returned_minor)
_COMMITTED = select(func.coalesce(_LEFT, 0)).where(Allocation.fund_id == Fund.id).scalar_subquery()
_SPENT = (
    select(func.coalesce(func.sum(Allocation.spent_minor), 0))
    .where(Allocation.fund_id == Fund.id)
    .scalar_subquery()
)
_FUNDS = select(
    Fund.id,
    Fund.name,
    Fund.name_en,
    Fund.purpose,
    Fund.laid_minor,
    Fund.taken_minor,
    _COMMITTED.label("committed_minor"),
    _SPENT.label("spent_minor"),
)


def funds_of(session: Session, community_id: int) -> list[FundNow]:
    """Every fund of a community, in the order they were made."""
    rows = session.execute(_FUNDS.where(Fund.community_id == community_id).order_by(Fund.id))
    return [_fund(tuple(row)) for row in rows]


def fund_now(session: Session, community_id: int, fund_id: int) -> FundNow:
    """One fund; raises NoSuchFund."""
    row = session.execute(
        _FUNDS.where(Fund.community_id == community_id, Fund.id == fund_id)
    ).one_or_none()
    if row is None:
        raise NoSuchFund
    return _fund(tuple(row))


def fund_page(session: Session, community_id: int, fund_id: int) -> FundPage:
    """A fund with the newest pieces of its line; raises NoSuchFund."""
    fund = fund_now(session, community_id, fund_id)
    return FundPage(fund, _laid(session, fund_id), _taken(session, fund_id))


def _laid(session: Session, fund_id: int) -> tuple[LaidPiece, ...]:
    returned = aliased(Allocation)
    rows = session.execute(
        select(
            Laying.start_minor,
            Laying.end_minor,
            Laying.closure_id,
            Laying.return_id,
            MarketDay.name,
            Till.name,
            Closure.closed_at,
            Wish.code,
            AllocationReturn.returned_at,
        )
        .outerjoin(Closure, Closure.id == Laying.closure_id)
        .outerjoin(Till, Till.id == Closure.till_id)
        .outerjoin(MarketDay, MarketDay.id == Till.market_day_id)
        .outerjoin(AllocationReturn, AllocationReturn.id == Laying.return_id)
        .outerjoin(returned, returned.id == AllocationReturn.allocation_id)
        .outerjoin(Wish, Wish.id == returned.wish_id)
        .where(Laying.fund_id == fund_id)
        .order_by(Laying.start_minor.desc())
        .limit(NEWEST)
    )
    pieces = []
    for start, end, closure_id, return_id, day, till, closed_at, code, returned_at in rows:
        if closure_id is not None:
            pieces.append(LaidPiece("closure", f"{day} · {till}", closed_at, start, end))
        elif return_id is not None:
            pieces.append(LaidPiece("returned", code or "", returned_at, start, end))
        else:
            pieces.append(LaidPiece("box", "", None, start, end))
    return tuple(pieces)


def _taken(session: Session, fund_id: int) -> tuple[TakenPiece, ...]:
    rows = session.execute(
        select(
            Taking.start_minor,
            Taking.end_minor,
            Taking.refund_id,
            Allocation.wish_id,
            Wish.code,
            MarketDay.name,
            Enterprise.name.label("enterprise"),
            Allocation.allocated_at,
            Sale.day_number,
            Refund.paid_at,
        )
        .outerjoin(Allocation, Allocation.id == Taking.allocation_id)
        .outerjoin(Wish, Wish.id == Allocation.wish_id)
        .outerjoin(MarketDay, MarketDay.id == Allocation.market_day_id)
        .outerjoin(Tranche, Tranche.id == Allocation.tranche_id)
        .outerjoin(SupportApplication, SupportApplication.id == Tranche.application_id)
        .outerjoin(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .outerjoin(Refund, Refund.id == Taking.refund_id)
        .outerjoin(Sale, Sale.id == Refund.sale_id)
        .where(Taking.fund_id == fund_id)
        .order_by(Taking.start_minor.desc())
        .limit(NEWEST)
    )
    pieces = []
    for row in rows:
        if row.refund_id is not None:
            use, words, at = "refund", row.day_number, row.paid_at
        elif row.wish_id is not None:
            use, words, at = "wish", row.code, row.allocated_at
        elif row.enterprise is not None:
            use, words, at = "support", row.enterprise, row.allocated_at
        else:
            use, words, at = "cost", row.name, row.allocated_at
        pieces.append(TakenPiece(use, words, at, row.start_minor, row.end_minor))
    return tuple(pieces)


def _fund(row: tuple[int, str, str, str, int, int, int, int]) -> FundNow:
    id_, name, name_en, purpose, laid, taken, committed, spent = row
    return FundNow(
        id=id_,
        name=name,
        name_en=name_en,
        purpose=FundPurpose(purpose),
        laid_minor=laid,
        taken_minor=taken,
        committed_minor=int(committed),
        spent_minor=int(spent),
    )
