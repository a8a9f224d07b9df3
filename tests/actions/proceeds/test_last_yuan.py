"""32 processes after the last yuan: one gets it, and a check before an insert would not have held."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.errors import Refused
from market.extensions import db, unit_of_work
from market.models.ledger import Fund, Voucher
from market.models.proceeds import Allocation, ProposalItem
from tests.factories import NOW
from tests.race import YUAN, Goal, Task, Track, track

TRIALS = 100
A_FEW = 5


@pytest.fixture
def on_track(database_url: str) -> Iterator[Track]:
    with track(database_url) as on:
        yield on


def test_the_last_yuan_is_given_away_once(on_track: Track) -> None:
    """Of a fund, of a wish, and by one proposal that everybody approves: 100 trials in turn."""
    outcomes = [on_track.trial(goal) for goal in islice(cycle(Goal), TRIALS)]
    assert {outcome.over_minor for outcome in outcomes} == {0}
    assert {outcome.got for outcome in outcomes} == {1}


class NothingLeft(Refused):
    """Looked first, and saw that it was gone."""


def check_then_insert(task: Task) -> None:
    """What one writes first: look whether enough is left, then write the allocation down."""
    with Session(db.engine) as session:
        laid = session.scalars(select(Fund.laid_minor).where(Fund.id == task.fund_id)).one()
        promised = session.scalar(
            select(func.sum(Allocation.amount_minor)).where(Allocation.fund_id == task.fund_id)
        )
        item = session.scalars(
            select(ProposalItem).where(ProposalItem.proposal_id == task.proposal_id)
        ).one()
        voucher_id = session.scalars(select(func.max(Voucher.id))).one()
    if laid - (promised or 0) < YUAN:
        raise NothingLeft
    with unit_of_work() as session:
        session.add(
            Allocation(
                fund_id=task.fund_id,
                item_id=item.id,
                wish_id=item.wish_id,
                amount_minor=item.amount_minor,
                voucher_id=voucher_id,
                allocated_at=NOW,
            )
        )


def test_the_trial_finds_what_a_check_before_an_insert_gives_away_twice(
    database_url: str,
) -> None:
    with track(database_url, check_then_insert) as on:
        outcomes = [on.trial(Goal.LAST_YUAN_OF_A_FUND) for _ in range(A_FEW)]
    assert any(outcome.got > 1 and outcome.over_minor > 0 for outcome in outcomes)
