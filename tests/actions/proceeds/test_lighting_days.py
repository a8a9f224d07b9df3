"""Any market day with any plan: tills in any order, late ones, refunds; the books hold throughout."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import seal_events
from market.models.ledger import Fund
from market.models.proceeds import Allocation, LightingOutcome, LightingRun, Wish
from market.queries.ledger.check import check_community
from market.queries.proceeds.lighting import plans_now
from market.queries.proceeds.lighting_takings import takings_of
from tests.lighting import agree, another_till, take_and_close, wish_of
from tests.market_day import Day, make_day
from tests.refunds import close_late, recorded_sale
from tests.wishes import TODAY

EXAMPLES = 12


@dataclass(frozen=True, slots=True)
class Story:
    """A plan (cost, whether a part will do), and the boxes of its tills; afterwards a late sale."""

    lines: tuple[tuple[int, bool], ...]
    boxes: tuple[int, ...]
    late_sales: int


stories = st.builds(
    Story,
    lines=st.lists(
        st.tuples(st.integers(1, 60).map(lambda yuan: yuan * 100), st.booleans()),
        min_size=1,
        max_size=5,
    ).map(tuple),
    boxes=st.lists(st.integers(0, 90).map(lambda yuan: yuan * 100), min_size=1, max_size=3).map(
        tuple
    ),
    late_sales=st.integers(0, 2),
)


@given(story=stories)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_a_day_takes_its_plan_gives_in_order_and_no_more_than_there_is(
    session: Session, story: Story
) -> None:
    day = make_day(session, basis="B", float_minor=0)
    wishes = [wish_of(session, day, cost) for cost, _ in story.lines]
    lines = zip(wishes, story.lines, strict=True)
    plan = agree(session, day, *((wish, cost, part) for wish, (cost, part) in lines))
    # Each till closes before the next one opens: every closure ends the day once more.
    for number, box_minor in enumerate(story.boxes):
        till = another_till(session, day) if number else None
        take_and_close(session, day, box_minor, till)
        _look(session, day, plan.id, wishes)
    for _ in range(story.late_sales):
        recorded_sale(session, day)
    if story.late_sales:
        runs = _runs(session, plan.id)
        close_late(session, day)
        assert _runs(session, plan.id) == runs
    _look(session, day, plan.id, wishes, after_a_run=not story.late_sales)
    seal_events(session)
    session.flush()
    wrong = [one for one in check_community(session, day.community.id) if not one.holds]
    assert wrong == []


def _look(
    session: Session, day: Day, plan_id: int, wishes: list[Wish], *, after_a_run: bool = True
) -> None:
    """Nothing over-given; a wish that stayed dark for want of money has none lit behind it."""
    fund = session.get_one(Fund, day.wishes.id, populate_existing=True)
    given = session.scalar(
        select(func.coalesce(func.sum(LightingOutcome.amount_minor), 0))
        .join(LightingRun, LightingRun.id == LightingOutcome.run_id)
        .where(LightingRun.plan_id == plan_id)
    )
    assert int(given or 0) == fund.taken_minor <= fund.laid_minor
    left = takings_of(session, day.day.id)[fund.id].laid_minor
    assert left == fund.laid_minor - fund.taken_minor
    states = []
    for wish in wishes:
        session.refresh(wish)
        promised = session.scalar(
            select(func.coalesce(func.sum(Allocation.amount_minor), 0)).where(
                Allocation.wish_id == wish.id
            )
        )
        assert wish.funded_minor == int(promised or 0) <= wish.cost_minor
        states.append(wish.state)
    assert states == sorted(states), "lit ones come first: l before o"
    [now] = plans_now(session, day.day.id, today=TODAY)
    dark = [line for line in now.lines if not line.done]
    if dark and after_a_run:
        assert left < dark[0].planned.wants_minor


def _runs(session: Session, plan_id: int) -> int:
    question = select(func.count()).select_from(LightingRun).where(LightingRun.plan_id == plan_id)
    return session.scalar(question) or 0
