"""Several last tills closing at once: one of them ends the day, and the plan is carried out once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.proceeds.lighting_plans import DayIsOver
from market.actions.sales.closing import CloseTill, close_till
from market.domain.errors import MarketError
from market.extensions import db, unit_of_work
from market.models.ledger import Fund
from market.models.proceeds import LightingRun, Wish
from market.models.sales import Closure
from market.queries.ledger.check import check_community
from market.web.retries import persistently
from tests.lighting import agree, another_till, approve, fates, propose, wish_of
from tests.market_day import LATER, Day, count, open_day
from tests.refunds import stage_of
from tests.wishes import approve as approve_batch
from tests.wishes import lay_money
from tests.wishes import propose as propose_batch

TILLS = 4
ROUNDS = 6


@pytest.fixture
def day(app: Flask) -> Day:
    with app.app_context():
        return open_day(basis="B")


def at_once(app: Flask, acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do all of it at the same moment; gives what each gave, or how it was refused."""
    together = Barrier(len(acts))

    def one(act: Callable[[], object]) -> object:
        together.wait()
        with app.app_context():
            try:
                return persistently(act)
            except MarketError as refusal:
                return refusal
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(one, act) for act in acts]]


def closing(day: Day, till_id: int) -> Callable[[], object]:
    def close() -> int:
        with unit_of_work() as work:
            command = CloseTill(community_id=day.community.id, till_id=till_id)
            return close_till(work, command, by_id=day.cast.treasurer.id, now=LATER).id

    return close


def counted_tills(work: Session, day: Day) -> list[int]:
    """Some more tills, and that of the day the first time; each with ¥10, counted and signed."""
    first = [day.till] if not work.scalar(select(func.count()).select_from(Closure)) else []
    tills = [*first, *(another_till(work, day, name=f"{n}号摊") for n in range(TILLS - len(first)))]
    for till in tills:
        count(work, replace(day, till=till), box_minor=10_00)
    return [till.id for till in tills]


def test_of_tills_that_close_at_once_one_carries_the_plan_out(app: Flask, day: Day) -> None:
    """Round after round: each time the tills of a day that had ended once more."""
    for number in range(1, ROUNDS + 1):
        with app.app_context(), unit_of_work() as work:
            tills = counted_tills(work, day)
            wishes = [wish_of(work, day, 10_00) for _ in range(4)]
            plan = agree(work, day, *((wish, 10_00) for wish in wishes))
        closures = at_once(app, [closing(day, till_id) for till_id in tills])
        assert all(isinstance(one, int) for one in closures)
        with app.app_context(), Session(db.engine) as session:
            runs = session.scalars(select(LightingRun).where(LightingRun.plan_id == plan.id)).all()
            assert [run.closure_id for run in runs] == [
                max(one for one in closures if isinstance(one, int))
            ]
            fund = session.get_one(Fund, day.wishes.id)
            # 4 × ¥10, of which 70 % are for wishes; what lights none is there the next time.
            assert (fund.laid_minor, fund.taken_minor) == (28_00 * number, lit_minor(number))
            lit = [fate for fate, _, _ in fates(session, plan)].count("lit")
            assert lit == (lit_minor(number) - lit_minor(number - 1)) // 10_00
            assert _wrong(session, day) == []


def test_a_wish_lit_by_hand_at_that_moment_is_lit_once(app: Flask, day: Day) -> None:
    for number in range(1, ROUNDS + 1):
        with app.app_context(), unit_of_work() as work:
            tills = counted_tills(work, day)
            lay_money(work, stage_of(day), 20_00, work.get_one(Fund, day.wishes.id))
            wish = wish_of(work, day, 20_00)
            agree(work, day, (wish, 20_00))
            batch = propose_batch(work, stage_of(day), (wish, 20_00))

        def by_hand() -> object:
            with unit_of_work() as work:
                return approve_batch(work, stage_of(day), batch)  # noqa: B023

        at_once(app, [by_hand, *(closing(day, till_id) for till_id in tills)])
        with app.app_context(), Session(db.engine) as session:
            lit = session.get_one(Wish, wish.id)
            assert (lit.state, lit.funded_minor) == ("lit", 20_00)
            fund = session.get_one(Fund, day.wishes.id)
            assert fund.taken_minor == 20_00 * number
            assert _wrong(session, day) == []


def test_a_plan_approved_at_the_end_of_the_day_is_carried_out_or_refused(
    app: Flask, day: Day
) -> None:
    for _ in range(ROUNDS):
        with app.app_context(), unit_of_work() as work:
            tills = counted_tills(work, day)
            plan = propose(work, day, (wish_of(work, day, 5_00), 5_00))

        def yes() -> object:
            with unit_of_work() as work:
                return approve(work, day, plan)  # noqa: B023

        [word, *_] = at_once(app, [yes, *(closing(day, till_id) for till_id in tills)])
        with app.app_context(), Session(db.engine) as session:
            assert bool(fates(session, plan)) == (not isinstance(word, DayIsOver))
            assert _wrong(session, day) == []


def lit_minor(rounds: int) -> int:
    return 28_00 * rounds // 10_00 * 10_00


def _wrong(session: Session, day: Day) -> list[str]:
    return [
        wrong for verdict in check_community(session, day.community.id) for wrong in verdict.wrong
    ]
