"""Lighting plans: which holds, how its wishes stand now, and how far the day's takings reach."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing
from market.domain.proceeds.lighting import Fate, PlannedWish, Prospect, prospects
from market.domain.proceeds.purpose import FundPurpose
from market.domain.proceeds.wish import PUBLISHED, WishState
from market.models.ledger import Fund
from market.models.people import Person
from market.models.proceeds import (
    LightingDecision,
    LightingLine,
    LightingOutcome,
    LightingPlan,
    LightingRun,
    Wish,
)
from market.models.sales import (
    Closure,
    MarketDay,
    MarketOpening,
    PolicyShare,
    Till,
)
from market.queries.asking import ask
from market.queries.proceeds.lighting_takings import FundTakings, takings_of
from market.queries.proceeds.visibility import may_be_lit_condition, publishable_wish_condition

MOST_PLANS = 20


class NoSuchPlan(Missing):
    """No lighting plan of this community has this id."""

    sentence = N_("没有找到这份点亮清单，请从市集页面重新进入。")


class NoSuchDay(Missing):
    """No market day of this community has this id."""

    sentence = N_("没有找到这次市集，请从首页重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfPlans:
    """A market day as its plans' pages need it. `over`: it had tills, and all are closed."""

    id: int
    slug: str
    name: str
    held_on: date
    opened_at: datetime | None
    tills: int
    open_tills: int

    @property
    def over(self) -> bool:
        return self.tills > 0 and self.open_tills == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A plan in a list. `approved` is None while nobody has decided; `holds`: it is the one."""

    id: int
    market_day_id: int
    market_day: str
    fund_id: int
    fund: str
    note: str
    lines: int
    amount_minor: int
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    approved: bool | None
    decided_by_id: int | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    newer: bool

    @property
    def holds(self) -> bool:
        return bool(self.approved) and not self.newer


@dataclass(frozen=True, slots=True, kw_only=True)
class LineNow:
    """A line of a plan and how its wish stands now.

    `given_minor` is what runs of the plan gave it; `fate` and `short_minor` are the last run's.
    """

    plan_id: int
    ordinal: int
    wish_id: int
    code: str
    words: str
    words_en: str
    amount_minor: int
    in_part: bool
    state: WishState
    shown: bool
    may_be_lit: bool
    missing_minor: int
    given_minor: int
    fate: Fate | None
    short_minor: int

    @property
    def planned(self) -> PlannedWish:
        """The same as the rules want it."""
        return PlannedWish(
            ordinal=self.ordinal,
            amount_minor=self.amount_minor - self.given_minor,
            in_part=self.in_part,
            state=self.state,
            may_be_lit=self.may_be_lit,
            missing_minor=self.missing_minor,
        )

    @property
    def done(self) -> bool:
        """Whether a run has given this line all it may get."""
        return self.fate is Fate.LIT or self.given_minor == self.amount_minor

    @property
    def public(self) -> bool:
        """Whether the public may read the wish's words now."""
        return self.shown and self.state in PUBLISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNow:
    """The plan that holds for a fund, its lines as they stand, and how far the takings reach.

    `reached_minor` is the fund's part of the day, what has been lit of it included. `failed`: the
    last time it was to be carried out the books would not have it.
    """

    plan_id: int
    fund_id: int
    lines: tuple[LineNow, ...]
    prospects: tuple[Prospect, ...]
    reached_minor: int
    failed: bool


@dataclass(frozen=True, slots=True)
class FundOfDay:
    """A wishes fund among which the day's net is split."""

    id: int
    name: str
    name_en: str


def day_of_plans(session: Session, community_id: int, market_day_id: int) -> DayOfPlans:
    """A market day of this community; raises NoSuchDay."""
    row = session.execute(
        select(
            MarketDay.id,
            MarketDay.slug,
            MarketDay.name,
            MarketDay.held_on,
            MarketOpening.opened_at,
            _tills(),
            _tills(Closure.id.is_(None)),
        )
        .outerjoin(MarketOpening, MarketOpening.market_day_id == MarketDay.id)
        .where(MarketDay.id == market_day_id, MarketDay.community_id == community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchDay
    return DayOfPlans(
        id=row[0],
        slug=row[1],
        name=row[2],
        held_on=row[3],
        opened_at=row[4],
        tills=row[5],
        open_tills=row[6],
    )


def wishes_funds_of(session: Session, market_day_id: int) -> list[FundOfDay]:
    """The funds for wishes that the day's net is split among, in the order of the split."""
    rows = session.execute(
        select(Fund.id, Fund.name, Fund.name_en)
        .join(PolicyShare, PolicyShare.fund_id == Fund.id)
        .where(PolicyShare.market_day_id == market_day_id, Fund.purpose == str(FundPurpose.WISHES))
        .order_by(PolicyShare.ordinal)
    )
    return [FundOfDay(*row) for row in rows]


def plans_of(session: Session, market_day_id: int) -> list[PlanRow]:
    """The newest plans of a market day, whatever became of them."""
    return _newest(session, LightingPlan.market_day_id == market_day_id)


def undecided_plans(session: Session, community_id: int) -> list[PlanRow]:
    """The newest plans of a community that nobody has decided."""
    return _newest(
        session, and_(MarketDay.community_id == community_id, LightingDecision.plan_id.is_(None))
    )


def plan_of(session: Session, community_id: int, plan_id: int) -> PlanRow:
    """One plan; raises NoSuchPlan."""
    row = session.execute(
        _plans().where(LightingPlan.id == plan_id, MarketDay.community_id == community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchPlan
    return _plan(row)


def lines_of(session: Session, plan_ids: Collection[int], *, today: date) -> list[LineNow]:
    """The lines of some plans, in their order, their wishes as they stand."""
    if not plan_ids:
        return []
    rows = ask(session, _lines(), {"plans": sorted(plan_ids), "today": today})
    return [
        LineNow(
            plan_id=row.plan_id,
            ordinal=row.ordinal,
            wish_id=row.wish_id,
            code=row.code,
            words=row.text,
            words_en=row.text_en,
            amount_minor=row.amount_minor,
            in_part=bool(row.in_part),
            state=WishState(row.state),
            shown=bool(row.shown),
            may_be_lit=bool(row.may_be_lit),
            missing_minor=row.missing_minor,
            given_minor=int(row.given_minor),
            fate=Fate(row.fate) if row.fate else None,
            short_minor=row.short_minor or 0,
        )
        for row in rows
    ]


def standing_plans(session: Session, market_day_id: int) -> dict[int, int]:
    """Fund → the plan that holds for it: the newest that was approved."""
    rows = ask(session, _standing(), {"market_day": market_day_id})
    return {row.fund_id: row.plan_id for row in rows}


def plans_now(session: Session, market_day_id: int, *, today: date) -> list[PlanNow]:
    """The plans that hold, with what is expected of them by now, from totals that are kept."""
    standing = standing_plans(session, market_day_id)
    if not standing:
        return []
    lines = lines_of(session, list(standing.values()), today=today)
    takings = takings_of(session, market_day_id)
    runs = _last_runs(session, list(standing.values()))
    found = []
    for fund_id, plan_id in standing.items():
        own = tuple(line for line in lines if line.plan_id == plan_id)
        of_fund = takings.get(fund_id, FundTakings(fund_id, 0, 0, 0))
        left = [line.planned for line in own if not line.done]
        found.append(
            PlanNow(
                plan_id=plan_id,
                fund_id=fund_id,
                lines=own,
                prospects=tuple(prospects(of_fund.sold_minor, left)),
                reached_minor=max(of_fund.sold_minor + of_fund.given_minor, 0),
                failed=runs.get(plan_id, False),
            )
        )
    return found


def plans_waiting(session: Session, community_id: int, person_id: int) -> int:
    """Plans proposed by others that nobody has decided, of days that are not over."""
    still = (_tills() == 0) | (_tills(Closure.id.is_(None)) > 0)
    return (
        session.scalar(
            select(func.count())
            .select_from(LightingPlan)
            .join(MarketDay, MarketDay.id == LightingPlan.market_day_id)
            .outerjoin(LightingDecision, LightingDecision.plan_id == LightingPlan.id)
            .where(
                MarketDay.community_id == community_id,
                LightingPlan.proposed_by_id != person_id,
                LightingDecision.plan_id.is_(None),
                still,
            )
        )
        or 0
    )


def _newest(session: Session, condition: ColumnElement[bool]) -> list[PlanRow]:
    rows = session.execute(
        _plans().where(condition).order_by(LightingPlan.id.desc()).limit(MOST_PLANS)
    )
    return [_plan(row) for row in rows]


def _last_runs(session: Session, plan_ids: Collection[int]) -> dict[int, bool]:
    """Whether the last run of each plan failed; none for a plan never carried out."""
    rows = session.execute(
        select(LightingRun.plan_id, LightingRun.failed)
        .where(LightingRun.plan_id.in_(plan_ids))
        .order_by(LightingRun.id)
    )
    return dict(rows.all())


def _tills(condition: ColumnElement[bool] | None = None) -> ScalarSelect[int]:
    question = (
        select(func.count())
        .select_from(Till)
        .outerjoin(Closure, and_(Closure.till_id == Till.id, Closure.number == 1))
        .where(Till.market_day_id == MarketDay.id)
    )
    if condition is not None:
        question = question.where(condition)
    return question.correlate(MarketDay).scalar_subquery()


@cache
def _plans() -> Select[*tuple[Any, ...]]:
    proposer, decider = aliased(Person), aliased(Person)
    newer, word = aliased(LightingPlan), aliased(LightingDecision)
    lines = select(func.count()).where(LightingLine.plan_id == LightingPlan.id)
    lines = lines.correlate(LightingPlan)
    return (
        select(
            LightingPlan.id,
            LightingPlan.market_day_id,
            MarketDay.name.label("market_day"),
            LightingPlan.fund_id,
            Fund.name.label("fund"),
            LightingPlan.note,
            lines.scalar_subquery().label("lines"),
            lines.with_only_columns(func.coalesce(func.sum(LightingLine.amount_minor), 0))
            .scalar_subquery()
            .label("amount_minor"),
            LightingPlan.proposed_by_id,
            proposer.name.label("proposed_by"),
            LightingPlan.proposed_at,
            LightingDecision.approved,
            LightingDecision.decided_by_id,
            decider.name.label("decided_by"),
            LightingDecision.decided_at,
            LightingDecision.reason,
            select(newer.id)
            .join(word, and_(word.plan_id == newer.id, word.approved))
            .where(
                newer.market_day_id == LightingPlan.market_day_id,
                newer.fund_id == LightingPlan.fund_id,
                newer.id > LightingPlan.id,
            )
            .correlate(LightingPlan)
            .exists()
            .label("newer"),
        )
        .join(MarketDay, MarketDay.id == LightingPlan.market_day_id)
        .join(Fund, Fund.id == LightingPlan.fund_id)
        .join(proposer, proposer.id == LightingPlan.proposed_by_id)
        .outerjoin(LightingDecision, LightingDecision.plan_id == LightingPlan.id)
        .outerjoin(decider, decider.id == LightingDecision.decided_by_id)
    )


def _plan(row: Row[*tuple[Any, ...]]) -> PlanRow:
    named = dict(zip(row._fields, row, strict=True))
    return PlanRow(**{**named, "amount_minor": int(row.amount_minor), "newer": bool(row.newer)})


@cache
def _lines() -> Select[*tuple[Any, ...]]:
    """With each line: what all runs of its plan gave it, and its fate in the last one."""
    of_line = and_(
        LightingRun.plan_id == LightingLine.plan_id, LightingOutcome.ordinal == LightingLine.ordinal
    )
    last = (
        select(func.max(LightingOutcome.run_id))
        .join(LightingRun, LightingRun.id == LightingOutcome.run_id)
        .where(of_line)
        .correlate(LightingLine)
        .scalar_subquery()
    )
    given = (
        select(func.coalesce(func.sum(LightingOutcome.amount_minor), 0))
        .join(LightingRun, LightingRun.id == LightingOutcome.run_id)
        .where(of_line)
        .correlate(LightingLine)
        .scalar_subquery()
    )
    outcome = aliased(LightingOutcome)
    return (
        select(
            LightingLine.plan_id,
            LightingLine.ordinal,
            LightingLine.wish_id,
            Wish.code,
            Wish.text,
            Wish.text_en,
            LightingLine.amount_minor,
            LightingLine.in_part,
            Wish.state,
            case((publishable_wish_condition(bindparam("today", type_=Date)), 1), else_=0).label(
                "shown"
            ),
            case((may_be_lit_condition(bindparam("today", type_=Date)), 1), else_=0).label(
                "may_be_lit"
            ),
            (Wish.cost_minor - Wish.funded_minor).label("missing_minor"),
            given.label("given_minor"),
            outcome.fate,
            outcome.short_minor,
        )
        .join(Wish, Wish.id == LightingLine.wish_id)
        .outerjoin(outcome, and_(outcome.run_id == last, outcome.ordinal == LightingLine.ordinal))
        .where(LightingLine.plan_id.in_(bindparam("plans", expanding=True)))
        .order_by(LightingLine.plan_id, LightingLine.ordinal)
    )


@cache
def _standing() -> Select[*tuple[Any, ...]]:
    return (
        select(LightingPlan.fund_id, func.max(LightingPlan.id).label("plan_id"))
        .join(LightingDecision, LightingDecision.plan_id == LightingPlan.id)
        .where(LightingPlan.market_day_id == bindparam("market_day"), LightingDecision.approved)
        .group_by(LightingPlan.fund_id)
        .order_by(LightingPlan.fund_id)
    )
