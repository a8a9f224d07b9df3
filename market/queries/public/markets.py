"""Market days as anybody may see them: when and where, and after closing every sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import cast, func, not_, select
from sqlalchemy.orm import Session

from market.domain.livelihood.figures import sum_may_be_shown
from market.models.base import Minor
from market.models.ledger import Account, Fund, Holder, Posting
from market.models.people import Community
from market.models.proceeds import Allocation
from market.models.sales import (
    Closure,
    LegalBasis,
    Listing,
    MarketDay,
    MarketOpening,
    Refund,
    SalePosition,
    Stall,
    Till,
    TillTotal,
)
from market.queries.livelihood.shown import enterprises_reached
from market.queries.public.trace import places_of_closures
from market.queries.sales.changes import ChangeNow, changes_of, is_off

PAGE_SIZE = 30
"""Of market days that were: those of half a year, where there is one a week."""


@dataclass(frozen=True, slots=True)
class MarketRow:
    """A market day in a list. `net_minor` is None until a till of it is closed."""

    id: int
    slug: str
    name: str
    place: str
    on: date
    starts_at: time
    ends_at: time
    bring: str
    opened_at: datetime | None
    tills: int
    closed_tills: int
    net_minor: int | None
    called_off: bool

    @property
    def stage(self) -> str:
        """upcoming, open, closing (some tills closed) or closed; or called_off."""
        if self.called_off:
            return "called_off"
        if self.opened_at is None:
            return "upcoming"
        if not self.closed_tills:
            return "open"
        return "closed" if self.closed_tills == self.tills else "closing"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketList:
    """All market days from today on, and a page of those that were; none of these was called off."""

    coming: tuple[MarketRow, ...]
    past: tuple[MarketRow, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class StallRow:
    number: str
    name: str
    sells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """How the market is lawful (A, B or C) and who holds its takings."""

    kind: str
    holder: str
    filing_number: str
    handover_due_on: date | None


@dataclass(frozen=True, slots=True)
class FundUse:
    """What a fund got from a market day, and what of it is used (minor units).

    `supported` is how many enterprises `support_minor` reached, `named` how many of them let the
    support be seen.
    """

    fund_id: int
    fund: str
    fund_en: str
    purpose: str
    laid_minor: int
    wishes_minor: int
    costs_minor: int
    refunded_minor: int
    waiting_minor: int
    support_minor: int = 0
    supported: int = 0
    named: int = 0


@dataclass(frozen=True, slots=True)
class Correction:
    """A supplementary closure: sales that arrived after their till was closed."""

    closed_at: datetime
    number: int
    sales: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Closing:
    """One closure of a till, by the till's number: what it is called may be somebody's name."""

    till: int
    number: int
    sales: int
    net_minor: int
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class MarketPage:
    """One market day with its sums. `lit` is wish id → minor units it got from this market."""

    market: MarketRow
    community: str
    give: str
    help: str
    hosts: tuple[str, ...]
    stalls: tuple[StallRow, ...]
    basis: Basis | None
    receipts: int
    income_minor: int
    consigned_minor: int
    box_minor: int
    net_minor: int
    funds: tuple[FundUse, ...]
    lit: dict[int, int]
    refunds: int
    refunds_minor: int
    closings: tuple[Closing, ...]
    corrections: tuple[Correction, ...]
    changes: tuple[ChangeNow, ...]


_TILLS = (
    select(func.count())
    .select_from(Till)
    .where(Till.market_day_id == MarketDay.id)
    .scalar_subquery()
)
_CLOSED_TILLS = (
    select(func.count())
    .select_from(Closure)
    .join(Till, Till.id == Closure.till_id)
    .where(Till.market_day_id == MarketDay.id, Closure.number == 1)
    .scalar_subquery()
)
_NET = (
    # PostgreSQL sums whole numbers to a numeric.
    select(cast(func.sum(Closure.net_minor + Closure.box_minor), Minor))
    .join(Till, Till.id == Closure.till_id)
    .where(Till.market_day_id == MarketDay.id)
    .scalar_subquery()
)
_MARKETS = select(
    MarketDay.id,
    MarketDay.slug,
    MarketDay.name,
    MarketDay.place,
    MarketDay.held_on,
    MarketDay.starts_at,
    MarketDay.ends_at,
    MarketDay.bring,
    MarketOpening.opened_at,
    _TILLS,
    _CLOSED_TILLS,
    _NET,
    is_off(),
).outerjoin(MarketOpening, MarketOpening.market_day_id == MarketDay.id)


_LISTED = _MARKETS.join(LegalBasis, LegalBasis.market_day_id == MarketDay.id).where(
    LegalBasis.kind != "C"
)
"""Mutual aid (basis C) is not listed, nor is a draft, which has no basis yet."""
_NEWEST_FIRST = (MarketDay.held_on.desc(), MarketDay.id.desc())


def markets(session: Session, *, limit: int | None = None) -> list[MarketRow]:
    """Market days that may be listed, newest first, for programs and sums: all, or `limit` of them."""
    newest_first = _LISTED.order_by(*_NEWEST_FIRST).limit(limit)
    return [MarketRow(*row) for row in session.execute(newest_first)]


def market_list(session: Session, *, today: date, page: int = 1) -> MarketList:
    """Market days that may be listed, newest first; of those before today page `page` (from 1)."""
    before = MarketDay.held_on < today
    over = (before, not_(is_off()))
    many = session.scalar(select(func.count()).select_from(_LISTED.where(*over).subquery()))
    pages = max(1, -(-(many or 0) // PAGE_SIZE))
    page = min(max(1, page), pages)
    newest_first = _LISTED.order_by(*_NEWEST_FIRST)
    coming = session.execute(newest_first.where(not_(before)))
    past = session.execute(
        newest_first.where(*over).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    )
    return MarketList(
        coming=tuple(MarketRow(*row) for row in coming),
        past=tuple(MarketRow(*row) for row in past),
        page=page,
        pages=pages,
    )


def next_market(session: Session, *, today: date) -> MarketRow | None:
    """The next listed market day, or the one that is on today."""
    row = session.execute(
        _LISTED.where(MarketDay.held_on >= today, not_(is_off()))
        .order_by(MarketDay.held_on, MarketDay.id)
        .limit(1)
    ).one_or_none()
    return MarketRow(*row) if row else None


def market_page(session: Session, slug: str) -> MarketPage | None:
    """A market day by its address, listed or not; None where there is none."""
    row = session.execute(
        _MARKETS.join(Community, Community.id == MarketDay.community_id)
        .add_columns(Community.name, MarketDay.give, MarketDay.help, MarketDay.hosts)
        .where(MarketDay.slug == slug)
    ).one_or_none()
    if row is None:
        return None
    market = MarketRow(*row[:13])
    closures = session.execute(
        select(
            Closure.id,
            Closure.number,
            Closure.sales,
            Closure.net_minor,
            Closure.box_minor,
            Closure.voucher_id,
            Closure.closed_at,
            Till.number.label("till"),
        )
        .join(Till, Till.id == Closure.till_id)
        .where(Till.market_day_id == market.id)
        .order_by(Closure.closed_at)
    ).all()
    net_minor = sum(closure.net_minor for closure in closures)
    box_minor = sum(closure.box_minor for closure in closures)
    consigned_minor = _consigned(session, [c.voucher_id for c in closures if c.voucher_id])
    funds, lit = _uses(session, [closure.id for closure in closures])
    refunds, refunds_minor = _refunds(session, market.id)
    return MarketPage(
        market=market,
        community=row[13],
        give=row[14],
        help=row[15],
        hosts=tuple(line.strip() for line in row[16].splitlines() if line.strip()),
        stalls=_stalls(session, market.id),
        basis=_basis(session, market.id),
        receipts=_receipts(session, market.id),
        income_minor=net_minor + box_minor + consigned_minor,
        consigned_minor=consigned_minor,
        box_minor=box_minor,
        net_minor=net_minor + box_minor,
        funds=tuple(map(_veiled, funds)),
        lit=lit,
        refunds=refunds,
        refunds_minor=refunds_minor,
        closings=tuple(
            Closing(c.till, c.number, c.sales, c.net_minor + c.box_minor, c.closed_at)
            for c in closures
        ),
        corrections=tuple(
            Correction(c.closed_at, c.number, c.sales, c.net_minor)
            for c in closures
            if c.number > 1
        ),
        changes=tuple(changes_of(session, market.id)),
    )


def _veiled(fund: FundUse) -> FundUse:
    """Support of too few people is not told from what still waits in its fund."""
    if not fund.supported or sum_may_be_shown(fund.supported, fund.named):
        return fund
    together = fund.waiting_minor + fund.support_minor
    return replace(fund, waiting_minor=together, support_minor=0)


def _consigned(session: Session, voucher_ids: Sequence[int]) -> int:
    """What these closures' vouchers owe to consignors."""
    owed = session.scalar(
        select(func.sum(Posting.amount_minor))
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.voucher_id.in_(voucher_ids), Account.kind == "payable")
    )
    return -int(owed or 0)


def _stalls(session: Session, market_day_id: int) -> tuple[StallRow, ...]:
    rows = session.execute(
        select(Stall.id, Stall.number, Stall.name, Listing.name)
        .outerjoin(Listing, (Listing.stall_id == Stall.id) & Listing.retired_at.is_(None))
        .where(Stall.market_day_id == market_day_id)
        .order_by(Stall.number, Stall.id, Listing.position)
    )
    found: dict[int, tuple[str, str, list[str]]] = {}
    for id_, number, name, sells in rows:
        found.setdefault(id_, (number, name, []))[2].extend([sells] if sells else [])
    return tuple(StallRow(number, name, tuple(sells)) for number, name, sells in found.values())


def _basis(session: Session, market_day_id: int) -> Basis | None:
    row = session.execute(
        select(LegalBasis.kind, Holder.name, LegalBasis.filing_number, LegalBasis.handover_due_on)
        .join(Holder, Holder.id == LegalBasis.holder_id)
        .where(LegalBasis.market_day_id == market_day_id)
    ).one_or_none()
    return Basis(*row) if row else None


def _receipts(session: Session, market_day_id: int) -> int:
    """Sales that were not undone, as each till keeps their number."""
    kept = session.scalar(
        select(func.sum(TillTotal.sales))
        .join(Till, Till.id == TillTotal.till_id)
        .where(Till.market_day_id == market_day_id)
    )
    return kept or 0


def _uses(
    session: Session, closure_ids: Sequence[int]
) -> tuple[tuple[FundUse, ...], dict[int, int]]:
    places = places_of_closures(session, closure_ids) if closure_ids else []
    ids = {place.allocation_id for place in places if place.allocation_id}
    used_for = {
        number: (wish_id, tranche_id)
        for number, wish_id, tranche_id in session.execute(
            select(Allocation.id, Allocation.wish_id, Allocation.tranche_id).where(
                Allocation.id.in_(ids)
            )
        )
    }
    reached = enterprises_reached(session, [tranche_id for _, tranche_id in used_for.values()])
    names = {
        row[0]: row[1:]
        for row in session.execute(
            select(Fund.id, Fund.name, Fund.name_en, Fund.purpose).where(
                Fund.id.in_({place.fund_id for place in places})
            )
        )
    }
    lit: dict[int, int] = {}
    uses = ("wishes", "costs", "support", "refunded", "waiting")
    sums = {fund_id: dict.fromkeys(uses, 0) for fund_id in names}
    supported: dict[int, set[tuple[int, bool]]] = {fund_id: set() for fund_id in names}
    for place in places:
        wish_id, tranche_id = used_for.get(place.allocation_id or 0, (None, None))
        if wish_id is not None:
            lit[wish_id] = lit.get(wish_id, 0) + place.amount_minor
            use = "wishes"
        elif tranche_id is not None:
            use = "support"
            supported[place.fund_id].add(reached[tranche_id])
        elif place.allocation_id is not None:
            use = "costs"
        else:
            use = "waiting" if place.refund_id is None else "refunded"
        sums[place.fund_id][use] += place.amount_minor
    funds = tuple(
        FundUse(
            fund_id,
            *names[fund_id],
            laid_minor=sum(used.values()),
            wishes_minor=used["wishes"],
            costs_minor=used["costs"],
            refunded_minor=used["refunded"],
            waiting_minor=used["waiting"],
            support_minor=used["support"],
            supported=len(supported[fund_id]),
            named=sum(shown for _, shown in supported[fund_id]),
        )
        for fund_id, used in sums.items()
    )
    return funds, lit


def _refunds(session: Session, market_day_id: int) -> tuple[int, int]:
    row = session.execute(
        select(func.count(Refund.sale_id.distinct()), func.sum(Refund.amount_minor))
        .join(SalePosition, SalePosition.sale_id == Refund.sale_id)
        .join(Closure, Closure.id == SalePosition.closure_id)
        .join(Till, Till.id == Closure.till_id)
        .where(Till.market_day_id == market_day_id)
    ).one()
    return row[0], int(row[1] or 0)
