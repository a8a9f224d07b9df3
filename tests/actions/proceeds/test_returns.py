"""Money goes back to its fund: the tail of what is left, laid at the end of the line again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import NoLongerApprover
from market.actions.ledger.move_limits import CommittedLess
from market.actions.ledger.move_records import AlreadyDecided, NoSuchMove
from market.actions.proceeds.returns import (
    DecideReturn,
    NoSuchAllocation,
    NothingLeft,
    ProposeReturn,
    decide_return,
    propose_return,
)
from market.actions.proceeds.steps import EndWish, end_wish
from market.domain.errors import Invalid
from market.domain.ledger.account import AccountRef
from market.domain.money import AmountNegative, AmountNotWhole, AmountTooSmall
from market.domain.people import SamePerson
from market.models.ledger import Laying, LineMove, MoneyMove, MoneyMoveDecision
from market.models.proceeds import Allocation, AllocationReturn, Wish
from tests.factories import NOW
from tests.wishes import Stage, allocate, allocations_of, balance, make_open_wish, make_stage


@pytest.fixture
def stage(session: Session) -> Stage:
    return make_stage(session, laid_minor=100_00)


@pytest.fixture
def wish(session: Session, stage: Stage) -> Wish:
    """A lit wish of ¥60."""
    wish = make_open_wish(session, stage, 60_00)
    allocate(session, stage, (wish, 60_00))
    session.refresh(wish)
    return wish


def test_a_reversed_allocation_lets_the_wish_wait_again(
    session: Session, stage: Stage, wish: Wish
) -> None:
    give_back(session, stage, wish)
    session.refresh(wish)
    assert (wish.state, wish.funded_minor) == ("open", 0)
    assert allocations_of(session, wish)[0].returned_minor == 60_00


def test_what_goes_back_is_free_again(session: Session, stage: Stage, wish: Wish) -> None:
    give_back(session, stage, wish)
    session.refresh(stage.fund)
    assert (stage.fund.laid_minor, stage.fund.taken_minor) == (160_00, 60_00)
    assert balance(session, stage, AccountRef.unallocated(stage.fund.id)) == -100_00
    assert balance(session, stage, AccountRef.committed(stage.fund.id)) == 0


def test_the_tail_goes_back_and_lands_at_the_end_of_the_line(
    session: Session, stage: Stage, wish: Wish
) -> None:
    give_back(session, stage, wish, 15_00)
    laying = session.scalars(select(Laying).order_by(Laying.start_minor.desc()).limit(1)).one()
    assert (laying.start_minor, laying.end_minor) == (100_00, 115_00)
    back = session.scalars(select(AllocationReturn)).one()
    assert laying.return_id == back.id
    assert moves(session) == [(45_00, 15_00, 100_00)]


def test_a_second_return_takes_the_tail_of_what_is_left(
    session: Session, stage: Stage, wish: Wish
) -> None:
    give_back(session, stage, wish, 15_00)
    give_back(session, stage, wish, 5_00)
    assert moves(session) == [(45_00, 15_00, 100_00), (40_00, 5_00, 115_00)]
    session.refresh(wish)
    assert wish.funded_minor == 40_00


def test_a_wish_that_was_only_waiting_stays_waiting(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, 60_00)
    allocate(session, stage, (wish, 20_00))
    give_back(session, stage, wish, 5_00)
    session.refresh(wish)
    assert (wish.state, wish.funded_minor) == ("open", 15_00)


def test_the_money_of_a_wish_that_ended_goes_back(
    session: Session, stage: Stage, wish: Wish
) -> None:
    end = EndWish(community_id=stage.community.id, wish_id=wish.id, expired=False, note="搬家")
    end_wish(session, end, by_id=stage.by, now=NOW)
    give_back(session, stage, wish)
    session.refresh(wish)
    assert (wish.state, wish.funded_minor) == ("withdrawn", 0)


def test_what_went_back_lights_another_wish(session: Session, stage: Stage, wish: Wish) -> None:
    give_back(session, stage, wish)
    other = make_open_wish(session, stage, 100_00)
    allocate(session, stage, (other, 100_00))
    session.refresh(other)
    assert other.state == "lit"


def test_whoever_proposes_a_return_does_not_approve_it(
    session: Session, stage: Stage, wish: Wish
) -> None:
    move = ask_back(session, stage, wish)
    with pytest.raises(SamePerson):
        decide(session, stage, move, by=stage.by)


def test_a_return_is_approved_by_a_role_that_approves(
    session: Session, stage: Stage, wish: Wish
) -> None:
    move = ask_back(session, stage, wish)
    with pytest.raises(NoLongerApprover):
        decide(session, stage, move, by=stage.cast.volunteer.id)


def test_a_declined_return_leaves_the_money(session: Session, stage: Stage, wish: Wish) -> None:
    move = ask_back(session, stage, wish)
    decide(session, stage, move, approved=False, reason="还要用")
    session.refresh(wish)
    assert (wish.state, wish.funded_minor) == ("lit", 60_00)
    with pytest.raises(AlreadyDecided):
        decide(session, stage, move)


def test_a_return_is_decided_once(session: Session, stage: Stage, wish: Wish) -> None:
    move = ask_back(session, stage, wish, 10_00)
    decide(session, stage, move)
    with pytest.raises(AlreadyDecided):
        decide(session, stage, move)


def test_two_returns_of_the_same_money_are_one(session: Session, stage: Stage, wish: Wish) -> None:
    first, second = ask_back(session, stage, wish), ask_back(session, stage, wish)
    decide(session, stage, first)
    with pytest.raises(CommittedLess):
        decide(session, stage, second)


def test_no_more_goes_back_than_is_left(session: Session, stage: Stage, wish: Wish) -> None:
    with pytest.raises(CommittedLess):
        ask_back(session, stage, wish, 60_01)


def test_what_is_all_back_is_not_asked_back(session: Session, stage: Stage, wish: Wish) -> None:
    give_back(session, stage, wish)
    with pytest.raises(NothingLeft):
        ask_back(session, stage, wish)


@pytest.mark.parametrize(
    ("amount", "error"), [(0, AmountTooSmall), (-1, AmountNegative), (1.5, AmountNotWhole)]
)
def test_a_return_is_a_whole_amount_above_nothing(
    session: Session, stage: Stage, wish: Wish, amount: Any, error: type[Invalid]
) -> None:
    with pytest.raises(error):
        ask_back(session, stage, wish, amount)


def test_an_allocation_of_another_community_is_not_found(session: Session, wish: Wish) -> None:
    with pytest.raises(NoSuchAllocation):
        ask_back(session, make_stage(session), wish)


def test_a_return_of_another_community_is_not_found(
    session: Session, stage: Stage, wish: Wish
) -> None:
    move = ask_back(session, stage, wish)
    elsewhere = make_stage(session)
    with pytest.raises(NoSuchMove):
        decide(session, elsewhere, move)


def ask_back(
    session: Session, stage: Stage, wish: Wish, amount_minor: int | None = None
) -> MoneyMove:
    allocation = session.scalars(select(Allocation).where(Allocation.wish_id == wish.id)).one()
    command = ProposeReturn(
        community_id=stage.community.id,
        allocation_id=allocation.id,
        reason="不用了",
        amount_minor=amount_minor,
    )
    return propose_return(session, command, by_id=stage.by, now=NOW)


def decide(
    session: Session,
    stage: Stage,
    move: MoneyMove,
    *,
    approved: bool = True,
    reason: str = "",
    by: int | None = None,
) -> MoneyMoveDecision:
    command = DecideReturn(
        community_id=stage.community.id, move_id=move.id, approved=approved, reason=reason
    )
    return decide_return(session, command, by_id=by or stage.second, now=NOW)


def give_back(session: Session, stage: Stage, wish: Wish, amount_minor: int | None = None) -> None:
    decide(session, stage, ask_back(session, stage, wish, amount_minor))


def moves(session: Session) -> list[tuple[int, int, int]]:
    rows = session.execute(
        select(LineMove.start_minor, LineMove.length_minor, LineMove.to_start_minor).order_by(
            LineMove.step
        )
    )
    return [(row[0], row[1], row[2]) for row in rows]
