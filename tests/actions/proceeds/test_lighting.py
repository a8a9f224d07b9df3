"""A lighting plan: agreed on by two, carried out by the last closure of its market day, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import NoLongerApprover
from market.actions.ledger.audit import seal_events
from market.actions.proceeds import lighting_runs
from market.actions.proceeds.consents import WithdrawConsents, withdraw_consents
from market.actions.proceeds.lighting_plans import (
    DayIsOver,
    DecidePlan,
    NewerPlanHolds,
    OnlyAPart,
    PlanDecided,
    PlannedLine,
    ProposePlan,
    decide_plan,
    propose_plan,
)
from market.actions.proceeds.proposals import (
    NoSuchUse,
    NothingProposed,
    TooManyItems,
    WishNeedsLess,
    WishNotWaiting,
)
from market.actions.proceeds.steps import EndWish, end_wish
from market.domain.people import SamePerson
from market.domain.proceeds.consent import Purpose
from market.domain.proceeds.lighting import Prospect
from market.domain.text import TextMissing
from market.models.ledger import AuditEvent, Fund, Voucher
from market.models.proceeds import (
    Allocation,
    LightingRun,
    Proposal,
    ProposalDecision,
    Wish,
    WishStep,
)
from market.models.sales import Closure
from market.queries.ledger.check import check_community
from market.queries.proceeds.funds import NoSuchFund
from market.queries.proceeds.lighting import NoSuchDay, NoSuchPlan, plan_of, plans_now
from tests import factories
from tests.factories import NOW
from tests.lighting import (
    agree,
    another_till,
    approve,
    fates,
    propose,
    runs,
    take_and_close,
    wish_of,
)
from tests.market_day import Day, make_day
from tests.refunds import ask as ask_refund
from tests.refunds import close_late, recorded_sale, stage_of, whole
from tests.wishes import TODAY, allocate, lay_money


@pytest.fixture
def day(session: Session) -> Day:
    """Its fund for wishes gets 70 % of what is taken."""
    return make_day(session, basis="B")


def state_of(session: Session, wish: Wish) -> tuple[str, int]:
    session.refresh(wish)
    return wish.state, wish.funded_minor


def books_hold(session: Session, day: Day) -> None:
    seal_events(session)
    session.flush()
    wrong = [v for v in check_community(session, day.community.id) if not v.holds]
    assert wrong == []


def test_the_last_closure_lights_the_wishes_in_their_order(session: Session, day: Day) -> None:
    first, second, third = (wish_of(session, day, cost) for cost in (40_00, 33_00, 10_00))
    plan = agree(session, day, (second, 33_00), (first, 40_00), (third, 10_00))
    take_and_close(session, day, 100_00)
    assert fates(session, plan) == [("lit", 33_00, 0), ("short", 0, 3_00), ("behind", 0, 10_00)]
    assert [state_of(session, wish)[0] for wish in (first, second, third)] == [
        "open",
        "lit",
        "open",
    ]
    books_hold(session, day)


def test_the_names_in_the_books_are_those_of_the_two_who_agreed(session: Session, day: Day) -> None:
    wish = wish_of(session, day, 40_00)
    plan = agree(session, day, (wish, 40_00))
    take_and_close(session, day, 100_00)
    [run] = runs(session, plan)
    proposal = session.get_one(Proposal, run.proposal_id)
    decision = session.get_one(ProposalDecision, proposal.id)
    social_worker, reviewer = day.cast.social_worker.id, day.cast.reviewer.id
    assert (proposal.rule, proposal.proposed_by_id) == ("lighting_plan", social_worker)
    assert (decision.approved, decision.decided_by_id) == (True, reviewer)
    voucher = session.scalars(
        select(Voucher)
        .join(Allocation, Allocation.voucher_id == Voucher.id)
        .where(Allocation.wish_id == wish.id)
    ).one()
    assert (voucher.by_id, voucher.second_id) == (social_worker, reviewer)
    step = session.scalars(select(WishStep).order_by(WishStep.id.desc()).limit(1)).one()
    assert (step.wish_id, step.state, step.by_id) == (wish.id, "lit", reviewer)


def test_a_till_that_leaves_another_open_lights_nothing(session: Session, day: Day) -> None:
    wish = wish_of(session, day, 10_00)
    plan = agree(session, day, (wish, 10_00))
    other = another_till(session, day)
    take_and_close(session, day, 100_00)
    assert (runs(session, plan), state_of(session, wish)) == ([], ("open", 0))
    take_and_close(session, day, 0, other)
    assert fates(session, plan) == [("lit", 10_00, 0)]
    books_hold(session, day)


def test_a_supplementary_closure_does_not_carry_it_out_again(session: Session, day: Day) -> None:
    lit, dark = wish_of(session, day, 60_00), wish_of(session, day, 15_00)
    plan = agree(session, day, (lit, 60_00), (dark, 15_00))
    take_and_close(session, day, 100_00)
    recorded_sale(session, day, day.soap)
    close_late(session, day)
    assert len(runs(session, plan)) == 1
    assert [state_of(session, wish) for wish in (lit, dark)] == [("lit", 60_00), ("open", 0)]
    books_hold(session, day)


def test_a_till_opened_late_leads_to_a_second_end_of_the_day_for_what_is_dark(
    session: Session, day: Day
) -> None:
    lit, dark, last = (wish_of(session, day, cost) for cost in (60_00, 15_00, 20_00))
    plan = agree(session, day, (lit, 60_00), (dark, 15_00), (last, 20_00))
    take_and_close(session, day, 100_00)
    assert fates(session, plan) == [("lit", 60_00, 0), ("short", 0, 5_00), ("behind", 0, 20_00)]
    take_and_close(session, day, 10_00, another_till(session, day))
    assert fates(session, plan) == [("lit", 15_00, 0), ("short", 0, 18_00)]
    assert [run.budget_minor for run in runs(session, plan)] == [70_00, 17_00]
    assert state_of(session, lit) == ("lit", 60_00)
    books_hold(session, day)


def test_a_part_is_given_where_the_line_says_so_and_the_rest_the_next_time(
    session: Session, day: Day
) -> None:
    wish = wish_of(session, day, 90_00)
    plan = agree(session, day, (wish, 90_00, True))
    take_and_close(session, day, 100_00)
    assert fates(session, plan) == [("part", 70_00, 20_00)]
    assert state_of(session, wish) == ("open", 70_00)
    take_and_close(session, day, 100_00, another_till(session, day))
    assert fates(session, plan) == [("lit", 20_00, 0)]
    assert state_of(session, wish) == ("lit", 90_00)
    books_hold(session, day)


def test_money_of_earlier_markets_is_not_the_plans(session: Session, day: Day) -> None:
    plan = agree(session, day, (wish_of(session, day, 80_00), 80_00))
    lay_money(session, stage_of(day), 500_00)
    take_and_close(session, day, 100_00)
    assert fates(session, plan) == [("short", 0, 10_00)]


def test_what_was_refunded_meanwhile_is_not_lit_with(session: Session, day: Day) -> None:
    other = another_till(session, day)
    plan = agree(session, day, (wish_of(session, day, 70_00), 70_00))
    sale = recorded_sale(session, day, day.soap)
    take_and_close(session, day, 85_00)
    ask_refund(session, day, sale.id, whole(session, day, sale.id))
    take_and_close(session, day, 0, other)
    assert fates(session, plan) == [("short", 0, 10_50)]
    books_hold(session, day)


def test_wishes_that_cannot_be_lit_are_passed_over_with_a_reason(
    session: Session, day: Day
) -> None:
    withdrawn, silent, funded, good = (wish_of(session, day, 20_00) for _ in range(4))
    plan = agree(session, day, *((wish, 20_00) for wish in (withdrawn, silent, funded, good)))
    here, by = day.community.id, day.cast.social_worker.id
    end = EndWish(community_id=here, wish_id=withdrawn.id, expired=False, note="家里另有安排")
    end_wish(session, end, by_id=by, now=NOW)
    taken_back = WithdrawConsents(
        community_id=here,
        reference=silent.consent_ref,
        purposes=frozenset({Purpose.PROCESS}),
    )
    withdraw_consents(session, taken_back, by_id=by, now=NOW)
    lay_money(session, stage_of(day), 20_00)
    allocate(session, stage_of(day), (funded, 20_00))
    take_and_close(session, day, 30_00)
    assert [fate for fate, _, _ in fates(session, plan)] == ["ended", "ended", "already", "lit"]
    assert state_of(session, good) == ("lit", 20_00)
    books_hold(session, day)


def test_a_plan_longer_than_the_takings_leaves_the_rest_dark(session: Session, day: Day) -> None:
    wishes = [wish_of(session, day, 20_00) for _ in range(6)]
    plan = agree(session, day, *((wish, 20_00) for wish in wishes))
    take_and_close(session, day, 100_00)
    assert [fate for fate, _, _ in fates(session, plan)] == [
        *["lit"] * 3,
        "short",
        *["behind"] * 2,
    ]
    session.refresh(day.wishes)
    assert (day.wishes.taken_minor, day.wishes.laid_minor) == (60_00, 70_00)


def test_a_day_without_takings_lights_nothing_and_closes(session: Session, day: Day) -> None:
    plan = agree(session, day, (wish_of(session, day, 20_00), 20_00))
    take_and_close(session, day, 0)
    assert fates(session, plan) == [("short", 0, 20_00)]
    [run] = runs(session, plan)
    assert (run.proposal_id, run.budget_minor, run.failed) == (None, 0, False)
    books_hold(session, day)


def test_whatever_goes_wrong_in_it_the_till_closes_and_the_desk_is_told(
    session: Session, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = wish_of(session, day, 20_00)
    plan = agree(session, day, (wish, 20_00))

    def breaks(*_args: object, **_more: object) -> None:
        session.execute(select(func.count()).select_from(Fund))
        message = "the books would not have it"
        raise RuntimeError(message)

    monkeypatch.setattr("market.actions.proceeds.lighting_runs._record", _fails_once(breaks))
    take_and_close(session, day, 100_00)
    assert session.scalar(select(func.count()).select_from(Closure)) == 1
    [run] = runs(session, plan)
    assert (run.failed, run.proposal_id) == (True, None)
    assert state_of(session, wish) == ("open", 0)
    seal_events(session)
    kinds = session.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)).all()
    assert "allocated" not in kinds
    books_hold(session, day)


def _fails_once(breaks: object) -> object:
    real = lighting_runs._record  # noqa: SLF001
    calls = []

    def record(*args: object, **more: object) -> LightingRun:
        calls.append(1)
        if len(calls) == 1:
            breaks()  # type: ignore[operator]
        return real(*args, **more)  # type: ignore[arg-type]

    return record


def test_nobody_approves_their_own_plan(session: Session, day: Day) -> None:
    plan = propose(session, day, (wish_of(session, day, 20_00), 20_00))
    with pytest.raises(SamePerson):
        approve(session, day, plan, by_id=day.cast.social_worker.id)


def test_a_volunteer_approves_no_plan(session: Session, day: Day) -> None:
    plan = propose(session, day, (wish_of(session, day, 20_00), 20_00))
    with pytest.raises(NoLongerApprover):
        approve(session, day, plan, by_id=day.cast.volunteer.id)


def test_a_plan_nobody_approved_lights_nothing(session: Session, day: Day) -> None:
    wish = wish_of(session, day, 20_00)
    plan = propose(session, day, (wish, 20_00))
    take_and_close(session, day, 100_00)
    assert (runs(session, plan), state_of(session, wish)) == ([], ("open", 0))


def test_a_plan_is_decided_once(session: Session, day: Day) -> None:
    plan = agree(session, day, (wish_of(session, day, 20_00), 20_00))
    refusal = DecidePlan(
        community_id=day.community.id, plan_id=plan.id, approved=False, reason="再想想"
    )
    with pytest.raises(PlanDecided):
        decide_plan(session, refusal, by_id=day.cast.treasurer.id, now=NOW)


def test_a_refusal_needs_a_reason(session: Session, day: Day) -> None:
    plan = propose(session, day, (wish_of(session, day, 20_00), 20_00))
    refusal = DecidePlan(community_id=day.community.id, plan_id=plan.id, approved=False)
    with pytest.raises(TextMissing):
        decide_plan(session, refusal, by_id=day.cast.reviewer.id, now=NOW)


def test_another_plan_holds_once_it_is_approved_and_not_before(session: Session, day: Day) -> None:
    one, other = wish_of(session, day, 20_00), wish_of(session, day, 30_00)
    agree(session, day, (one, 20_00))
    newer = propose(session, day, (other, 30_00))
    [now] = plans_now(session, day.day.id, today=TODAY)
    assert now.plan_id != newer.id
    approve(session, day, newer)
    take_and_close(session, day, 100_00)
    assert fates(session, newer) == [("lit", 30_00, 0)]
    assert state_of(session, one) == ("open", 0)


def test_an_older_plan_is_not_approved_behind_a_newer_one(session: Session, day: Day) -> None:
    older = propose(session, day, (wish_of(session, day, 20_00), 20_00))
    agree(session, day, (wish_of(session, day, 30_00), 30_00))
    with pytest.raises(NewerPlanHolds):
        approve(session, day, older)


def test_no_plan_is_made_or_approved_when_the_day_is_over(session: Session, day: Day) -> None:
    wish = wish_of(session, day, 20_00)
    waiting = propose(session, day, (wish, 20_00))
    take_and_close(session, day, 100_00)
    with pytest.raises(DayIsOver):
        propose(session, day, (wish, 20_00))
    with pytest.raises(DayIsOver):
        approve(session, day, waiting)


def test_what_a_plan_may_not_say(session: Session, day: Day) -> None:
    wish = wish_of(session, day, 20_00)
    for error, lines in (
        (NothingProposed, []),
        (WishNeedsLess, [(wish, 20_01)]),
        (OnlyAPart, [(wish, 19_99)]),
        (NoSuchUse, [(wish, 20_00), (wish, 20_00)]),
    ):
        with pytest.raises(error):
            propose(session, day, *lines)
    with pytest.raises(NoSuchFund):
        propose(session, day, (wish, 20_00), fund=day.enterprise)
    many = tuple(PlannedLine(wish_id=number, amount_minor=1) for number in range(1, 62))
    command = ProposePlan(
        community_id=day.community.id, market_day_id=day.day.id, fund_id=day.wishes.id, lines=many
    )
    with pytest.raises(TooManyItems):
        propose_plan(session, command, by_id=day.cast.social_worker.id, now=NOW)
    allocate_all(session, day, wish)
    with pytest.raises(WishNotWaiting):
        propose(session, day, (wish, 20_00))


def test_another_communitys_day_and_plan_are_not_there(session: Session, day: Day) -> None:
    elsewhere = make_day(session, basis="B")
    plan = propose(session, day, (wish_of(session, day, 20_00), 20_00))
    with pytest.raises(NoSuchPlan):
        plan_of(session, elsewhere.community.id, plan.id)
    command = ProposePlan(
        community_id=elsewhere.community.id,
        market_day_id=day.day.id,
        fund_id=day.wishes.id,
        lines=(PlannedLine(wish_id=1, amount_minor=1),),
    )
    with pytest.raises(NoSuchDay):
        propose_plan(session, command, by_id=elsewhere.cast.social_worker.id, now=NOW)


def test_a_second_fund_for_wishes_has_a_plan_of_its_own(session: Session) -> None:
    day = make_day(session, basis="B")
    held = day.day.held_on + timedelta(days=1)
    later = factories.make_market_day(session, day.community, day.cast.social_worker, held_on=held)
    summer = factories.make_fund(session, day.community, name="暑期心愿专款")
    factories.make_legal_basis(session, later, day.holder, kind="B")
    factories.make_policy(session, later, (day.wishes, 50), (summer, 50))
    stall = factories.make_stall(session, later, number="1", name="小摊")
    factories.make_opening(session, later, day.cast.social_worker)
    till = factories.make_till(
        session, later, [stall], day.cast.volunteer, safe_holder_id=day.custodian.id
    )
    both = Day(
        **{
            **{name: getattr(day, name) for name in Day.__slots__},
            "day": later,
            "till": till,
        }
    )
    one, other = wish_of(session, both, 50_00), wish_of(session, both, 60_00)
    plans = [
        agree(session, both, (one, 50_00)),
        agree(session, both, (other, 60_00), fund=summer),
    ]
    take_and_close(session, both, 100_00, till)
    assert [fates(session, plan) for plan in plans] == [
        [("lit", 50_00, 0)],
        [("short", 0, 10_00)],
    ]
    books_hold(session, both)


def test_the_desk_is_told_what_is_expected_by_what_was_sold(session: Session, day: Day) -> None:
    wish, other = wish_of(session, day, 10_00), wish_of(session, day, 20_00)
    agree(session, day, (wish, 10_00), (other, 20_00))
    recorded_sale(session, day, day.soap)
    [now] = plans_now(session, day.day.id, today=TODAY)
    assert now.reached_minor == 10_50
    assert [one.percent for one in now.prospects] == [100, 0]
    recorded_sale(session, day, day.soap)
    [now] = plans_now(session, day.day.id, today=TODAY)
    assert [one.percent for one in now.prospects] == [100, 50]
    take_and_close(session, day, 10_00)
    [now] = plans_now(session, day.day.id, today=TODAY)
    assert (now.reached_minor, now.prospects) == (28_00, (Prospect(2, 85),))


def allocate_all(session: Session, day: Day, wish: Wish) -> None:
    lay_money(session, stage_of(day), wish.cost_minor)
    allocate(session, stage_of(day), (wish, wish.cost_minor))
