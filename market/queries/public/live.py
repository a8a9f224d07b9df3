"""A market day as its live screen shows it: kept totals, and the wishes of its lighting plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from market.models.people import Community
from market.models.sales import Closure, MarketDay, MarketOpening, Till, TillTotal
from market.queries.asking import ask
from market.queries.proceeds.lighting import PlanNow, plans_now

_WHOLE = 100
_LIT = frozenset({"lit", "bought", "delivered", "followed_up"})


@dataclass(frozen=True, slots=True)
class LampNow:
    """A wish of a plan: waiting, expected (预计点亮) or lit; `percent` of the way to expected."""

    code: str
    words: str
    words_en: str
    state: str
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveNow:
    """What the screen shows; `income_minor` is what buyers paid, voided sales left out."""

    slug: str
    name: str
    community: str
    place: str
    on: date
    starts_at: time
    ends_at: time
    opened_at: datetime | None
    tills: int
    closed_tills: int
    income_minor: int
    receipts: int
    lamps: tuple[LampNow, ...]
    lit: int

    @property
    def stage(self) -> str:
        """upcoming, open, closing (some tills closed) or closed."""
        if self.opened_at is None:
            return "upcoming"
        if not self.closed_tills:
            return "open"
        return "closed" if self.closed_tills == self.tills else "closing"

    @property
    def expected(self) -> int:
        """How many are 预计点亮 just now."""
        return sum(lamp.state == "expected" for lamp in self.lamps)


_OF_DAY = Till.market_day_id == MarketDay.id
_TILLS = select(func.count()).select_from(Till).where(_OF_DAY)
_DAY = (
    select(
        MarketDay.id,
        MarketDay.slug,
        MarketDay.name,
        Community.name.label("community"),
        MarketDay.place,
        MarketDay.held_on,
        MarketDay.starts_at,
        MarketDay.ends_at,
        MarketOpening.opened_at,
        _TILLS.scalar_subquery().label("tills"),
        _TILLS.join(Closure, and_(Closure.till_id == Till.id, Closure.number == 1))
        .scalar_subquery()
        .label("closed_tills"),
        select(func.coalesce(func.sum(TillTotal.due_minor), 0))
        .join(Till, Till.id == TillTotal.till_id)
        .where(_OF_DAY)
        .scalar_subquery()
        .label("income_minor"),
        select(func.coalesce(func.sum(TillTotal.sales), 0))
        .join(Till, Till.id == TillTotal.till_id)
        .where(_OF_DAY)
        .scalar_subquery()
        .label("receipts"),
    )
    .join(Community, Community.id == MarketDay.community_id)
    .outerjoin(MarketOpening, MarketOpening.market_day_id == MarketDay.id)
    .where(MarketDay.slug == bindparam("slug"))
)


def live_now(session: Session, slug: str, *, today: date) -> LiveNow | None:
    """A market day by its address; None where there is none."""
    row = ask(session, _DAY, {"slug": slug}).one_or_none()
    if row is None:
        return None
    plans = plans_now(session, row.id, today=today)
    return LiveNow(
        slug=row.slug,
        name=row.name,
        community=row.community,
        place=row.place,
        on=row.held_on,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        opened_at=row.opened_at,
        tills=row.tills,
        closed_tills=row.closed_tills,
        income_minor=int(row.income_minor),
        receipts=int(row.receipts),
        lamps=tuple(lamp for plan in plans for lamp in _lamps(plan)),
        lit=sum(line.given_minor > 0 and line.state in _LIT for p in plans for line in p.lines),
    )


def _lamps(plan: PlanNow) -> list[LampNow]:
    """The plan's wishes that the public may see now, in its order."""
    reach = {one.ordinal: one for one in plan.prospects}
    lamps = []
    for line in plan.lines:
        if not line.public:
            continue
        prospect = reach.get(line.ordinal)
        if line.state in _LIT:
            state, percent = "lit", _WHOLE
        elif prospect is not None and prospect.expected:
            state, percent = "expected", _WHOLE
        else:
            state, percent = "waiting", prospect.percent if prospect else 0
        lamps.append(LampNow(line.code, line.words, line.words_en, state, percent))
    return lamps
