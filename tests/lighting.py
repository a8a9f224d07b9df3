"""Market days with a lighting plan, for tests of what their closures light."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.proceeds.lighting_plans import (
    DecidePlan,
    PlannedLine,
    ProposePlan,
    decide_plan,
    propose_plan,
)
from market.models.ledger import Fund
from market.models.proceeds import (
    LightingDecision,
    LightingOutcome,
    LightingPlan,
    LightingRun,
    Wish,
)
from market.models.sales import Stall, Till
from tests import factories
from tests.factories import NOW
from tests.market_day import Day, close, count
from tests.refunds import stage_of
from tests.wishes import make_open_wish

Planned = tuple[Wish, int] | tuple[Wish, int, bool]


def wish_of(session: Session, day: Day, cost_minor: int, **overrides: Any) -> Wish:
    """A wish that waits on the wall of the day's community."""
    return make_open_wish(session, stage_of(day), cost_minor, **overrides)


def propose(
    session: Session, day: Day, *lines: Planned, fund: Fund | None = None, now: datetime = NOW
) -> LightingPlan:
    """The social worker's plan: wishes, amounts, and perhaps that a part will do."""
    return propose_plan(
        session,
        ProposePlan(
            community_id=day.community.id,
            market_day_id=day.day.id,
            fund_id=(fund or day.wishes).id,
            lines=tuple(
                PlannedLine(wish_id=line[0].id, amount_minor=line[1], in_part=line[2:] == (True,))
                for line in lines
            ),
        ),
        by_id=day.cast.social_worker.id,
        now=now,
    )


def approve(
    session: Session, day: Day, plan: LightingPlan, *, by_id: int | None = None
) -> LightingDecision:
    """The reviewer's yes."""
    command = DecidePlan(community_id=day.community.id, plan_id=plan.id, approved=True)
    return decide_plan(session, command, by_id=by_id or day.cast.reviewer.id, now=NOW)


def agree(session: Session, day: Day, *lines: Planned, fund: Fund | None = None) -> LightingPlan:
    """A plan that holds."""
    plan = propose(session, day, *lines, fund=fund)
    approve(session, day, plan)
    return plan


def another_till(session: Session, day: Day, *, name: str = "晚场") -> Till:
    """A till of the same day over a stall of its own."""
    known = session.scalar(
        select(func.count()).select_from(Stall).where(Stall.market_day_id == day.day.id)
    )
    stall = factories.make_stall(session, day.day, number=f"L{known}", name=name)
    return factories.make_till(
        session,
        day.day,
        [stall],
        day.cast.volunteer,
        safe_holder_id=day.custodian.id,
        float_minor=0,
    )


def take_and_close(session: Session, day: Day, income_minor: int, till: Till | None = None) -> None:
    """Count so much without a sale behind it into a till, and close it."""
    at = day if till is None else _at(day, till)
    count(session, at, box_minor=income_minor)
    session.flush()
    close(session, at)
    session.expire_all()


def fates(session: Session, plan: LightingPlan) -> list[tuple[str, int, int]]:
    """Fate, amount and shortfall of each line of the plan's last run, in their order."""
    last = session.scalars(
        select(LightingRun).where(LightingRun.plan_id == plan.id).order_by(LightingRun.id.desc())
    ).first()
    if last is None:
        return []
    rows = session.scalars(
        select(LightingOutcome)
        .where(LightingOutcome.run_id == last.id)
        .order_by(LightingOutcome.ordinal)
    )
    return [(row.fate, row.amount_minor, row.short_minor) for row in rows]


def runs(session: Session, plan: LightingPlan) -> list[LightingRun]:
    question = select(LightingRun).where(LightingRun.plan_id == plan.id).order_by(LightingRun.id)
    return list(session.scalars(question))


def _at(day: Day, till: Till) -> Day:
    return Day(**{name: getattr(day, name) for name in Day.__slots__ if name != "till"}, till=till)
