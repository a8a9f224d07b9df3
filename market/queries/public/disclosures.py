"""What was disclosed of market days, what is due, and what the books say now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing
from market.domain.public.disclosure import Figures, FundFigures, due_on, read_figures
from market.domain.sales.legal_basis import BasisKind
from market.models.people import Community, Person
from market.models.public import Disclosure
from market.models.sales import Closure, LegalBasis, MarketDay, MarketOpening, Till
from market.queries.public.markets import MarketPage, market_page
from market.queries.sales.changes import is_off


class NoSuchDisclosure(Missing):
    """Nothing was published of this market day, or not under this number."""

    sentence = N_("这场市集还没有公示，或者没有这一份。")


@dataclass(frozen=True, slots=True)
class Published:
    """One published state. `why` explains what is other than in the one before; '' for the first."""

    number: int
    figures: Figures
    hash: bytes
    why: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class DayDisclosed:
    """A market day with all that was published of it, the first one first."""

    market_id: int
    slug: str
    name: str
    place: str
    on: date
    community: str
    contact: str
    published: tuple[Published, ...]

    @property
    def latest(self) -> Published:
        return self.published[-1]


@dataclass(frozen=True, slots=True)
class DisclosedRow:
    """A market day in the public list; `number` counts its published states."""

    slug: str
    name: str
    on: date
    number: int
    figures: Figures
    published_at: datetime


@dataclass(frozen=True, slots=True)
class AwaitedRow:
    """A market day that was, and of which nothing is published yet."""

    slug: str
    name: str
    on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Duty:
    """A market day's due dates, as the desk keeps them; None where nothing is due."""

    market_id: int
    slug: str
    name: str
    on: date
    basis: BasisKind
    filing_due_on: date | None
    handover_due_on: date | None
    disclosure_due_on: date
    open_tills: int
    number: int
    published_at: datetime | None
    published_by: str
    hash: bytes | None

    @property
    def is_awaited(self) -> bool:
        return not self.number


_COUNTED = (
    select(Disclosure.market_day_id, func.max(Disclosure.number).label("number"))
    .group_by(Disclosure.market_day_id)
    .subquery()
)
_LATEST = aliased(Disclosure)


def figures_now(found: MarketPage) -> Figures:
    """What a disclosure would hold if it were published now. Raises FiguresDoNotAdd.

    What anybody may see: support of too few people is not told from what waits.
    """
    return Figures(
        receipts=found.receipts,
        income_minor=found.income_minor,
        box_minor=found.box_minor,
        consigned_minor=found.consigned_minor,
        net_minor=found.net_minor,
        funds=tuple(
            FundFigures(
                name=fund.fund,
                name_en=fund.fund_en,
                purpose=fund.purpose,
                laid_minor=fund.laid_minor,
                wishes_minor=fund.wishes_minor,
                support_minor=fund.support_minor,
                costs_minor=fund.costs_minor,
                refunded_minor=fund.refunded_minor,
                waiting_minor=fund.waiting_minor,
            )
            for fund in found.funds
        ),
        wishes=len(found.lit),
        refunds=found.refunds,
        refunds_minor=found.refunds_minor,
        late_sales=sum(one.sales for one in found.corrections),
        late_minor=sum(one.amount_minor for one in found.corrections),
    )


def figures_of_day(session: Session, slug: str) -> Figures | None:
    """The same by the market's address; None where there is no such market."""
    found = market_page(session, slug)
    return figures_now(found) if found else None


def last_published(session: Session, market_day_id: int) -> Disclosure | None:
    return session.scalars(
        select(Disclosure)
        .where(Disclosure.market_day_id == market_day_id)
        .order_by(Disclosure.number.desc())
        .limit(1)
    ).one_or_none()


def disclosed_day(session: Session, slug: str) -> DayDisclosed:
    """All that was published of a market day, listed or not. Raises NoSuchDisclosure."""
    day = session.execute(
        select(
            MarketDay.id,
            MarketDay.slug,
            MarketDay.name,
            MarketDay.place,
            MarketDay.held_on,
            Community.name,
            Community.contact,
        )
        .join(Community, Community.id == MarketDay.community_id)
        .where(MarketDay.slug == slug)
    ).one_or_none()
    if day is None:
        raise NoSuchDisclosure
    rows = session.scalars(
        select(Disclosure).where(Disclosure.market_day_id == day.id).order_by(Disclosure.number)
    ).all()
    if not rows:
        raise NoSuchDisclosure
    return DayDisclosed(*day, published=tuple(_published(row) for row in rows))


def years_disclosed(session: Session) -> list[int]:
    """The years of which something listed was published, the latest first."""
    days = session.scalars(
        select(MarketDay.held_on)
        .join(Disclosure, Disclosure.market_day_id == MarketDay.id)
        .join(LegalBasis, LegalBasis.market_day_id == MarketDay.id)
        .where(LegalBasis.kind != BasisKind.MUTUAL_AID)
        .distinct()
    )
    return sorted({day.year for day in days}, reverse=True)


def disclosures_of_year(session: Session, year: int) -> list[DisclosedRow]:
    """The latest of every listed market day of a year, the newest day first."""
    rows = session.execute(
        select(
            MarketDay.slug,
            MarketDay.name,
            MarketDay.held_on,
            _LATEST.number,
            _LATEST.figures,
            _LATEST.published_at,
        )
        .join(_COUNTED, _COUNTED.c.market_day_id == MarketDay.id)
        .join(
            _LATEST,
            and_(_LATEST.market_day_id == MarketDay.id, _LATEST.number == _COUNTED.c.number),
        )
        .join(LegalBasis, LegalBasis.market_day_id == MarketDay.id)
        .where(
            LegalBasis.kind != BasisKind.MUTUAL_AID,
            MarketDay.held_on >= date(year, 1, 1),
            MarketDay.held_on <= date(year, 12, 31),
        )
        .order_by(MarketDay.held_on.desc(), MarketDay.id.desc())
    )
    return [DisclosedRow(*row[:4], read_figures(row[4]), row[5]) for row in rows]


def awaited_disclosures(session: Session, *, today: date) -> list[AwaitedRow]:
    """Listed market days that were and are not disclosed yet, the soonest due first."""
    rows = [
        AwaitedRow(
            row.slug,
            row.name,
            row.held_on,
            due_on(BasisKind(row.kind), row.held_on, row.handover_due_on),
        )
        for row in _days(session, today=today)
        if row.number is None and row.kind != BasisKind.MUTUAL_AID
    ]
    return sorted(rows, key=lambda row: (row.due_on, row.slug))


def duties(session: Session, community_id: int, *, today: date) -> list[Duty]:
    """Every market day of a community that opened, with what is due of it, the newest day first."""
    return [_duty(row) for row in _days(session, today=today, community_id=community_id)]


def disclosures_due(session: Session, community_id: int, *, today: date) -> int:
    """How many market days that are wholly closed wait for their first disclosure."""
    return sum(
        1
        for one in duties(session, community_id, today=today)
        if one.is_awaited and not one.open_tills
    )


def _days(
    session: Session, *, today: date, community_id: int | None = None
) -> Sequence[Row[tuple[object, ...]]]:
    open_tills = (
        select(func.count(Till.id))
        .outerjoin(Closure, and_(Closure.till_id == Till.id, Closure.number == 1))
        .where(Till.market_day_id == MarketDay.id, Closure.id.is_(None))
        .scalar_subquery()
    )
    question = (
        select(
            MarketDay.id,
            MarketDay.slug,
            MarketDay.name,
            MarketDay.held_on,
            LegalBasis.kind,
            LegalBasis.filing_number,
            LegalBasis.filing_due_on,
            LegalBasis.handover_due_on,
            open_tills.label("open_tills"),
            _LATEST.number,
            _LATEST.published_at,
            Person.name.label("published_by"),
            _LATEST.hash,
        )
        .join(LegalBasis, LegalBasis.market_day_id == MarketDay.id)
        .join(MarketOpening, MarketOpening.market_day_id == MarketDay.id)
        .outerjoin(_COUNTED, _COUNTED.c.market_day_id == MarketDay.id)
        .outerjoin(
            _LATEST,
            and_(_LATEST.market_day_id == MarketDay.id, _LATEST.number == _COUNTED.c.number),
        )
        .outerjoin(Person, Person.id == _LATEST.published_by_id)
        .where(MarketDay.held_on <= today, ~is_off())
        .order_by(MarketDay.held_on.desc(), MarketDay.id.desc())
    )
    if community_id is not None:
        question = question.where(MarketDay.community_id == community_id)
    return session.execute(question).all()


def _duty(row: Row[tuple[object, ...]]) -> Duty:
    kind = BasisKind(row.kind)
    return Duty(
        market_id=row.id,
        slug=row.slug,
        name=row.name,
        on=row.held_on,
        basis=kind,
        filing_due_on=None if row.filing_number else row.filing_due_on,
        handover_due_on=row.handover_due_on,
        disclosure_due_on=due_on(kind, row.held_on, row.handover_due_on),
        open_tills=row.open_tills,
        number=row.number or 0,
        published_at=row.published_at,
        published_by=row.published_by or "",
        hash=row.hash,
    )


def _published(row: Disclosure) -> Published:
    return Published(row.number, read_figures(row.figures), row.hash, row.why, row.published_at)
