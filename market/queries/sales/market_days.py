"""Market days as organisers see them: how far each is, and what its tills have taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from market.domain.sales.legal_basis import BasisKind
from market.domain.sales.preparing import Readiness
from market.models.ledger import Holder
from market.models.people import Person
from market.models.sales import (
    Closure,
    LegalBasis,
    Listing,
    MarketDay,
    MarketOpening,
    PaymentCode,
    PolicyShare,
    Stall,
    Till,
    TillTotal,
)
from market.queries.sales.changes import is_off
from market.queries.sales.tills import NoSuchMarketDay

DAYS_A_PAGE = 20
MOST_AT_DESK = 60


class Stage(StrEnum):
    """How far a market day is. A settled one has only closed tills."""

    PREPARING = "preparing"
    OPEN = "open"
    SETTLED = "settled"
    CALLED_OFF = "called_off"


class When(StrEnum):
    """Which market days a list shows."""

    COMING = "coming"
    PAST = "past"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketDayNow:
    """A market day with all it says of itself. `due_minor` is what its tills have taken so far."""

    id: int
    slug: str
    name: str
    held_on: date
    starts_at: time
    ends_at: time
    place: str
    bring: str
    give: str
    help: str
    hosts: str
    readiness: Readiness
    opened_at: datetime | None
    opened_by: str
    tills: int
    closed_tills: int
    sales: int
    due_minor: int
    filing_due_on: date | None
    handover_due_on: date | None
    called_off: bool

    @property
    def stage(self) -> Stage:
        if self.called_off:
            return Stage.CALLED_OFF
        if self.opened_at is None:
            return Stage.PREPARING
        return Stage.SETTLED if self.tills and self.tills == self.closed_tills else Stage.OPEN

    @property
    def open_tills(self) -> int:
        return self.tills - self.closed_tills


@dataclass(frozen=True, slots=True)
class DaysPage:
    """One page of a list of market days, with the sums of the whole list."""

    days: list[MarketDayNow]
    count: int
    sales: int
    due_minor: int
    number: int
    pages: int


def market_day_now(session: Session, community_id: int, market_day_id: int) -> MarketDayNow:
    """A market day of this community; raises NoSuchMarketDay."""
    row = session.execute(
        _days().where(MarketDay.id == market_day_id, MarketDay.community_id == community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchMarketDay
    return _day(row)


def market_days(
    session: Session,
    community_id: int,
    *,
    when: When,
    today: date,
    words: str = "",
    number: int = 1,
) -> DaysPage:
    """One page of what is to come (the next first) or of what was (the latest first).

    `words` are looked for in names and places. A page beyond the last is the last.
    """
    chosen = [
        MarketDay.community_id == community_id,
        MarketDay.held_on >= today if when is When.COMING else MarketDay.held_on < today,
    ]
    if words:
        chosen.append(
            or_(
                MarketDay.name.icontains(words, autoescape=True),
                MarketDay.place.icontains(words, autoescape=True),
            )
        )
    count = session.scalar(select(func.count()).select_from(MarketDay).where(*chosen)) or 0
    sales, due_minor = session.execute(
        select(func.sum(TillTotal.sales), func.sum(TillTotal.due_minor))
        .join(Till, Till.id == TillTotal.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(*chosen)
    ).one()
    pages = max(1, -(-count // DAYS_A_PAGE))
    number = min(max(1, number), pages)
    order = MarketDay.held_on if when is When.COMING else MarketDay.held_on.desc()
    rows = session.execute(
        _days()
        .where(*chosen)
        .order_by(order, MarketDay.id)
        .limit(DAYS_A_PAGE)
        .offset((number - 1) * DAYS_A_PAGE)
    )
    return DaysPage(
        [_day(row) for row in rows], count, int(sales or 0), int(due_minor or 0), number, pages
    )


def days_at_desk(session: Session, community_id: int, *, since: date) -> list[MarketDayNow]:
    """Market days from `since` on, and older ones that are due or have an open till; latest first."""
    rows = session.execute(
        _days()
        .where(
            MarketDay.community_id == community_id,
            or_(
                MarketDay.held_on >= since,
                LegalBasis.handover_due_on >= since,
                _has_open_till(),
            ),
        )
        .order_by(MarketDay.held_on.desc(), MarketDay.id.desc())
        .limit(MOST_AT_DESK)
    )
    return [_day(row) for row in rows]


def _days() -> Select[*tuple[object, ...]]:
    return (
        select(
            MarketDay,
            LegalBasis.kind,
            func.coalesce(LegalBasis.filing_number, "").label("filing_number"),
            LegalBasis.filing_due_on,
            LegalBasis.handover_due_on,
            MarketOpening.opened_at,
            Person.name.label("opened_by"),
            _closed_holders().label("closed_holders"),
            _count_of(PolicyShare).label("shares"),
            _count_of(Stall).label("stalls"),
            _listings().label("listings"),
            _count_of(Till).label("tills"),
            _closed_tills().label("closed_tills"),
            _taken(TillTotal.sales).label("sales"),
            _taken(TillTotal.due_minor).label("due_minor"),
            is_off().label("called_off"),
        )
        .outerjoin(LegalBasis, LegalBasis.market_day_id == MarketDay.id)
        .outerjoin(MarketOpening, MarketOpening.market_day_id == MarketDay.id)
        .outerjoin(Person, Person.id == MarketOpening.opened_by_id)
    )


def _day(row: Row[*tuple[object, ...]]) -> MarketDayNow:
    day: MarketDay = row.MarketDay
    return MarketDayNow(
        id=day.id,
        slug=day.slug,
        name=day.name,
        held_on=day.held_on,
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        place=day.place,
        bring=day.bring,
        give=day.give,
        help=day.help,
        hosts=day.hosts,
        readiness=Readiness(
            held_on=day.held_on,
            basis=BasisKind(row.kind) if row.kind else None,
            filing_number=row.filing_number,
            holders_stand=not row.closed_holders,
            shares=row.shares,
            stalls=row.stalls,
            listings=row.listings,
        ),
        opened_at=row.opened_at,
        opened_by=row.opened_by or "",
        tills=row.tills,
        closed_tills=row.closed_tills,
        sales=int(row.sales),
        due_minor=int(row.due_minor),
        filing_due_on=row.filing_due_on,
        handover_due_on=row.handover_due_on,
        called_off=bool(row.called_off),
    )


def _count_of(table: type[PolicyShare | Stall | Till]) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(table)
        .where(table.market_day_id == MarketDay.id)
        .scalar_subquery()
    )


def _listings() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Listing)
        .join(Stall, Stall.id == Listing.stall_id)
        .where(Stall.market_day_id == MarketDay.id, Listing.retired_at.is_(None))
        .scalar_subquery()
    )


def _closed_tills() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Closure)
        .join(Till, Till.id == Closure.till_id)
        .where(Till.market_day_id == MarketDay.id, Closure.number == 1)
        .scalar_subquery()
    )


def _taken(what: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    return (
        select(func.coalesce(func.sum(what), 0))
        .join(Till, Till.id == TillTotal.till_id)
        .where(Till.market_day_id == MarketDay.id)
        .scalar_subquery()
    )


def _closed_holders() -> ScalarSelect[int]:
    """How many holders named by the basis or by a payment code are closed."""
    code = (
        select(PaymentCode.holder_id)
        .where(PaymentCode.market_day_id == MarketDay.id)
        .correlate(MarketDay)
    )
    return (
        select(func.count())
        .select_from(Holder)
        .where(
            or_(Holder.id == LegalBasis.holder_id, Holder.id.in_(code)),
            Holder.closed_at.is_not(None),
        )
        .correlate(MarketDay, LegalBasis)
        .scalar_subquery()
    )


def _has_open_till() -> ColumnElement[bool]:
    return (
        select(Till.id)
        .outerjoin(Closure, and_(Closure.till_id == Till.id, Closure.number == 1))
        .where(Till.market_day_id == MarketDay.id, Closure.id.is_(None))
        .exists()
    )
