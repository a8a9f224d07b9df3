"""The wish wall and one wish, as anybody may see them; what may not be shown is not there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Date, String, and_, bindparam, case, cast, func, or_, select
from sqlalchemy.orm import Session

from market.models.proceeds import Allocation, Wish, WishCost, WishStep
from market.models.sales import Closure, MarketDay, Till
from market.queries.proceeds.visibility import held_condition, visible_wish_condition
from market.queries.public.trace import Contribution, contributions

PAGE_SIZE = 24
GROUPS = {
    "fulfilled": ("delivered", "followed_up"),
    "lit": ("lit", "bought"),
    "waiting": ("open",),
}
"""What the wall's filter offers, in the wall's order, and the states behind each."""
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class WishOnWall:
    """One lantern. `state_on` is when it came to its state; `percent` how far it is funded."""

    id: int
    code: str
    words: str
    words_en: str
    kind: str
    theme: str
    state: str
    percent: int
    state_on: datetime | None


@dataclass(frozen=True, slots=True)
class Wall:
    """A part of the wall, and counts over the whole of it.

    `first` is the place of its first wish among the `total` that were asked for, from 1; `before`
    and `after` lead on from its ends, '' where there is nothing more.
    """

    wishes: tuple[WishOnWall, ...]
    counts: dict[str, int]
    themes: tuple[str, ...]
    first: int
    total: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What a visitor chose; None for all."""

    state: str | None = None
    kind: str | None = None
    theme: str | None = None


@dataclass(frozen=True, slots=True)
class WishInList:
    """One wish with its sums (minor units) and the month it was told in ('2026-11')."""

    wish: WishOnWall
    month: str
    cost_minor: int
    funded_minor: int


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the wall: it stays where it is, whatever becomes of the wish that hung there.

    `rank` is of its group, `day` when its wish came to its state ('' for never), `code` its own.
    """

    rank: int
    day: str
    code: str

    def __str__(self) -> str:
        """As an address holds it."""
        return f"{self.rank}.{self.day}.{self.code}"


def read_place(text: str) -> Place | None:
    """What `str` made of a place; None for anything else."""
    read = _PLACE.fullmatch(text)
    return Place(int(read[1]), read[2], read[3]) if read else None


_PLACE = re.compile(r"([0-3])\.((?:[0-9]{4}-[0-9]{2}-[0-9]{2})?)\.([A-Z0-9-]{1,12})")


@dataclass(frozen=True, slots=True)
class CostLine:
    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class LitBy:
    """What one market gave to a wish, and by how many of its receipts."""

    slug: str
    name: str
    on: date
    amount_minor: int
    receipts: int


@dataclass(frozen=True, slots=True)
class WishPage:
    """One wish with its costs, its steps (state → moment) and the markets that lit it."""

    wish: WishOnWall
    month: str
    age_band: str
    cost_minor: int
    funded_minor: int
    spent_minor: int
    saved_minor: int
    cost_lines: tuple[CostLine, ...]
    steps: dict[str, datetime]
    markets: tuple[LitBy, ...]
    receipts: int


_PERCENT = case((Wish.cost_minor > 0, Wish.funded_minor * _WHOLE // Wish.cost_minor), else_=_WHOLE)
_CAME_TO = (
    select(func.max(WishStep.at))
    .where(WishStep.wish_id == Wish.id, WishStep.state == Wish.state)
    .scalar_subquery()
)
HELD = "held"
"""What the public reads of a wish that waits for what somebody promised to bring."""
_HELD_NOW = and_(Wish.state == "open", held_condition(bindparam("on_day", type_=Date)))
_CAME_ON = func.coalesce(cast(func.date(_CAME_TO), String), "")
"""By days and then by random codes: what was entered, changed or consented to together would stand
side by side otherwise, and tell that one child asked for both."""
_WISHES = select(
    Wish.id,
    Wish.code,
    Wish.text,
    Wish.text_en,
    Wish.kind,
    Wish.theme,
    case((_HELD_NOW, HELD), else_=Wish.state),
    _PERCENT,
    _CAME_TO,
)
"""In the order of `WishOnWall`."""


def wish_wall(
    session: Session,
    chosen: Filter,
    *,
    today: date,
    after: Place | None = None,
    before: Place | None = None,
) -> Wall:
    """The wall from its beginning, or what hangs after or before a place: fulfilled first, then lit.

    Whoever goes on from a place misses nothing and sees nothing twice, whatever was hung, lit or
    taken down meanwhile in what they have seen.
    """
    shown = visible_wish_condition(today)
    counts = dict(
        session.execute(select(Wish.state, func.count()).where(shown).group_by(Wish.state)).all()
    )
    themes = session.scalars(
        select(Wish.theme).where(shown, Wish.theme != "").distinct().order_by(Wish.theme)
    ).all()
    found = [shown, *_conditions(chosen)]
    rows, first = _hanging(session, found, after, before, today)
    total = session.scalar(select(func.count()).select_from(Wish).where(*found)) or 0
    return Wall(
        wishes=tuple(row for row, _ in rows),
        counts={
            group: sum(counts.get(state, 0) for state in states) for group, states in GROUPS.items()
        },
        themes=tuple(themes),
        first=first,
        total=total,
        before=str(rows[0][1]) if rows and first > 1 else "",
        after=str(rows[-1][1]) if rows and first + len(rows) <= total else "",
    )


def wish_list(
    session: Session, *, states: Sequence[str], today: date, limit: int, offset: int = 0
) -> list[WishInList]:
    """Wishes that may be shown, in the wall's order, with their sums: for lists that programs read."""
    rows = session.execute(
        _WISHES.add_columns(Wish.month, Wish.cost_minor, Wish.funded_minor)
        .where(visible_wish_condition(today), Wish.state.in_(states))
        .order_by(_wall_order(), _CAME_ON.desc(), Wish.code)
        .limit(limit)
        .offset(offset),
        {"on_day": today},
    )
    return [WishInList(WishOnWall(*row[:9]), *row[9:]) for row in rows]


def _hanging(
    session: Session,
    found: list[ColumnElement[bool]],
    after: Place | None,
    before: Place | None,
    today: date,
) -> tuple[list[tuple[WishOnWall, Place]], int]:
    """Wishes with their places, and the place of the first among all, from 1."""
    rank, parameters = _wall_order(), {"on_day": today}
    question = _WISHES.add_columns(rank, _CAME_ON).where(*found)
    if before is not None and after is None:
        backwards = question.where(_hangs_before(before)).order_by(
            rank.desc(), _CAME_ON, Wish.code.desc()
        )
        rows = list(session.execute(backwards.limit(PAGE_SIZE), parameters))[::-1]
        if len(rows) < PAGE_SIZE:
            # Near the beginning: a whole page from there on, not a scrap.
            return _hanging(session, found, None, None, today)
    else:
        onwards = question.order_by(rank, _CAME_ON.desc(), Wish.code)
        if after is not None:
            onwards = onwards.where(_hangs_after(after))
        rows = list(session.execute(onwards.limit(PAGE_SIZE), parameters))
        if after is not None and not rows:
            return _hanging(session, found, None, None, today)
    hung = [(WishOnWall(*row[:9]), Place(row[9], row[10], row[1])) for row in rows]
    if after is None and before is None:
        return hung, 1
    ahead = select(func.count()).select_from(Wish).where(*found, _hangs_before(hung[0][1]))
    return hung, (session.scalar(ahead) or 0) + 1


def _hangs_after(place: Place) -> ColumnElement[bool]:
    rank, same_day = _wall_order(), _CAME_ON.in_([place.day])
    later = or_(place.day > _CAME_ON, and_(same_day, Wish.code > place.code))
    return or_(rank > place.rank, and_(rank.in_([place.rank]), later))


def _hangs_before(place: Place) -> ColumnElement[bool]:
    rank, same_day = _wall_order(), _CAME_ON.in_([place.day])
    earlier = or_(place.day < _CAME_ON, and_(same_day, Wish.code < place.code))
    return or_(rank < place.rank, and_(rank.in_([place.rank]), earlier))


def wishes_by_id(session: Session, ids: Sequence[int], *, today: date) -> dict[int, WishOnWall]:
    """Those of the wishes that may be shown."""
    found = _WISHES.where(Wish.id.in_(ids), visible_wish_condition(today))
    rows = session.execute(found, {"on_day": today})
    return {row[0]: WishOnWall(*row) for row in rows}


def wish_page(session: Session, code: str, *, today: date) -> WishPage | None:
    """A wish that may be shown; None for a withdrawn, expired or unknown one alike."""
    row = session.execute(
        _WISHES.add_columns(Wish.month, Wish.age_band, Wish.cost_minor, Wish.funded_minor).where(
            Wish.code == code, visible_wish_condition(today)
        ),
        {"on_day": today},
    ).one_or_none()
    if row is None:
        return None
    wish = WishOnWall(*row[:9])
    month, age_band, cost_minor, funded_minor = row[9:]
    lines = session.execute(
        select(WishCost.name, WishCost.amount_minor)
        .where(WishCost.wish_id == wish.id)
        .order_by(WishCost.number)
    )
    steps = dict(
        session.execute(
            select(WishStep.state, func.max(WishStep.at))
            .where(WishStep.wish_id == wish.id)
            .group_by(WishStep.state)
        ).all()
    )
    allocations = session.execute(
        select(Allocation.id, Allocation.spent_minor, Allocation.returned_minor).where(
            Allocation.wish_id == wish.id
        )
    ).all()
    given = contributions(session, [a.id for a in allocations]) if allocations else []
    spent_minor = sum(a.spent_minor for a in allocations)
    return WishPage(
        wish=wish,
        month=month,
        age_band=age_band,
        cost_minor=cost_minor,
        funded_minor=funded_minor,
        spent_minor=spent_minor,
        saved_minor=cost_minor - spent_minor if "bought" in steps else 0,
        cost_lines=tuple(CostLine(*line) for line in lines),
        steps=steps,
        markets=_markets(session, given),
        receipts=len({gift.sale_id for gift in given if gift.sale_id is not None}),
    )


def receipts_by_wish(session: Session, wish_ids: Sequence[int]) -> dict[int, int]:
    """By how many receipts each wish was lit."""
    wish_of = dict(
        session.execute(
            select(Allocation.id, Allocation.wish_id).where(Allocation.wish_id.in_(wish_ids))
        ).all()
    )
    sales: dict[int | None, set[UUID]] = {}
    for gift in contributions(session, wish_of):
        if gift.sale_id is not None:
            sales.setdefault(wish_of[gift.allocation_id], set()).add(gift.sale_id)
    return {wish_id: len(sales.get(wish_id, ())) for wish_id in wish_ids}


def _conditions(chosen: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.state in GROUPS:
        found.append(Wish.state.in_(GROUPS[chosen.state]))
    if chosen.kind:
        found.append(Wish.kind == chosen.kind)
    if chosen.theme:
        found.append(Wish.theme == chosen.theme)
    return found


def _wall_order() -> ColumnElement[int]:
    ranks = {state: rank for rank, states in enumerate(GROUPS.values()) for state in states}
    return case(ranks, value=Wish.state, else_=len(GROUPS))


def _markets(session: Session, given: Sequence[Contribution]) -> tuple[LitBy, ...]:
    closures = {gift.closure_id for gift in given if gift.closure_id is not None}
    rows = session.execute(
        select(Closure.id, MarketDay.slug, MarketDay.name, MarketDay.held_on)
        .join(Till, Till.id == Closure.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(Closure.id.in_(closures))
    )
    day_of = {row[0]: (row[1], row[2], row[3]) for row in rows}
    amounts: dict[tuple[str, str, date], int] = {}
    sales: dict[tuple[str, str, date], set[UUID]] = {}
    for gift in given:
        if gift.closure_id is None:
            continue
        day = day_of[gift.closure_id]
        amounts[day] = amounts.get(day, 0) + gift.amount_minor
        if gift.sale_id is not None:
            sales.setdefault(day, set()).add(gift.sale_id)
    return tuple(
        LitBy(*day, amount_minor=amount, receipts=len(sales.get(day, ())))
        for day, amount in sorted(amounts.items(), key=lambda item: item[0][2])
    )
