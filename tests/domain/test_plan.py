"""A plan: what makes it whole, what two words make of it, and when a tranche's turn has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from market.domain.livelihood.plan import (
    ApplicationState,
    BeyondPlan,
    BudgetLine,
    CostMissing,
    CostsNoMoney,
    CostsNothing,
    EarlierFirst,
    MilestoneNotReached,
    NotYetApproved,
    Plan,
    PlanNotWhole,
    Step,
    StepsBeyondBudget,
    StepsOutOfOrder,
    StillUnspent,
    SupportKind,
    TrancheNow,
    check_release,
    due_now,
    outcome,
)

DUE = date(2027, 1, 31)
GOODS = Step(SupportKind.GOODS, "列好清单", DUE, 300_00)
YES = ApplicationState.APPROVED


def tranche(number: int, **overrides: object) -> TrancheNow:
    given = {
        "id": number,
        "number": number,
        "kind": SupportKind.MONEY,
        "amount_minor": 100_00,
        "funded_minor": 0,
        "left_minor": 0,
        "released": False,
        "reached": True,
    }
    return TrancheNow(**{**given, **overrides})  # type: ignore[arg-type]


def test_money_and_goods_have_an_amount_and_the_others_none() -> None:
    with pytest.raises(CostMissing):
        Step(SupportKind.MONEY, "买布", DUE, 0)
    with pytest.raises(CostsNothing):
        Step(SupportKind.FREE_STALL, "摆三次摊", DUE, 1)


def test_a_plan_without_goal_steps_or_budget_says_what_is_missing() -> None:
    whole = Plan("养活自己", (BudgetLine("布", 300_00),), (GOODS,))
    whole.check_whole()
    for part, wanted in ((replace(whole, goal=""), "目标"), (replace(whole, budget=()), "预算")):
        with pytest.raises(PlanNotWhole) as refused:
            part.check_whole()
        assert refused.value.facts == {"what": wanted}
    with pytest.raises(PlanNotWhole):
        replace(whole, steps=()).check_whole()


def test_training_alone_needs_no_budget() -> None:
    Plan("学会锁边", (), (Step(SupportKind.TRAINING, "上完四次课", DUE, 0),)).check_whole()


def test_steps_follow_the_calendar_and_stay_within_the_budget() -> None:
    earlier = replace(GOODS, due_on=date(2026, 12, 31))
    plan = Plan("养活自己", (BudgetLine("布", 600_00),), (GOODS, earlier))
    with pytest.raises(StepsOutOfOrder):
        plan.check_whole()
    with pytest.raises(StepsBeyondBudget):
        Plan("养活自己", (BudgetLine("布", 299_99),), (GOODS,)).check_whole()


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ([], ApplicationState.SUBMITTED),
        ([True], ApplicationState.SUBMITTED),
        ([True, True], ApplicationState.APPROVED),
        ([False], ApplicationState.REFUSED),
        ([True, False], ApplicationState.REFUSED),
    ],
)
def test_two_yeses_approve_and_one_no_refuses(words: list[bool], after: ApplicationState) -> None:
    assert outcome(words) is after


@pytest.mark.parametrize(
    ("plan", "number", "amount", "rule"),
    [
        ([tranche(1, reached=False)], 1, 1, MilestoneNotReached),
        ([tranche(1)], 1, 100_01, BeyondPlan),
        ([tranche(1, funded_minor=60_00)], 1, 40_01, BeyondPlan),
        ([tranche(1, funded_minor=60_00, left_minor=1)], 1, 1, StillUnspent),
        ([tranche(1), tranche(2)], 2, 1, EarlierFirst),
        ([tranche(1, released=True, left_minor=1), tranche(2)], 2, 1, EarlierFirst),
        ([tranche(1, reached=False, released=True), tranche(2)], 2, 1, EarlierFirst),
        ([tranche(1, kind=SupportKind.TRAINING, amount_minor=0)], 1, 1, CostsNoMoney),
    ],
)
def test_a_release_that_breaks_a_rule_is_refused_with_it(
    plan: list[TrancheNow], number: int, amount: int, rule: type[Exception]
) -> None:
    with pytest.raises(rule):
        check_release(YES, plan, number, amount)


def test_nothing_is_released_before_two_people_agreed() -> None:
    with pytest.raises(NotYetApproved):
        check_release(ApplicationState.SUBMITTED, [tranche(1)], 1, 1)
    assert due_now(ApplicationState.SUBMITTED, [tranche(1)]) is None


def test_the_next_tranche_is_due_once_the_one_before_is_accounted_for() -> None:
    taught = tranche(2, kind=SupportKind.TRAINING, amount_minor=0)
    last = tranche(3)
    first = tranche(1, released=True, funded_minor=80_00)
    assert due_now(YES, [first, taught, last]) == last
    assert due_now(YES, [first, replace(taught, reached=False), last]) is None
    assert due_now(YES, [replace(first, left_minor=1), taught, last]) is None
