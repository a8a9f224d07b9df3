"""The allocation board by plain forms: suggested, checked, proposed, approved by another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.blueprints.proceeds.allocation_forms import suggested
from market.domain.proceeds.purpose import FundPurpose
from market.domain.proceeds.ranking import AllocationRule
from market.extensions import unit_of_work
from market.models.ledger import Fund
from market.models.proceeds import Allocation, Proposal, Wish
from market.queries.proceeds.allocations import Waiting
from market.queries.proceeds.funds import FundNow
from tests.factories import NOW
from tests.people import post, sign_in
from tests.wishes import Stage, allocate, make_open_wish, make_stage


@pytest.fixture
def stage(app: Flask) -> Stage:
    with app.app_context(), unit_of_work() as work:
        return make_stage(work, laid_minor=100_00)


@pytest.fixture
def wishes(app: Flask, stage: Stage) -> list[Wish]:
    """Two that wait: ¥70, then ¥40."""
    with app.app_context(), unit_of_work() as work:
        return [make_open_wish(work, stage, 70_00), make_open_wish(work, stage, 40_00)]


@pytest.fixture
def proposer(client: FlaskClient, stage: Stage) -> FlaskClient:
    sign_in(client, stage.cast.social_worker)
    return client


@pytest.fixture
def approver(app: Flask, stage: Stage) -> FlaskClient:
    desk = app.test_client()
    sign_in(desk, stage.cast.reviewer)
    return desk


@pytest.mark.usefixtures("wishes")
def test_a_rule_fills_the_board_and_says_what_is_left(proposer: FlaskClient, stage: Stage) -> None:
    oldest = proposer.get(f"{_board(stage)}?rule=oldest_first").text
    assert 'value="70"' in oldest
    assert 'value="30"' in oldest
    smallest = proposer.get(f"{_board(stage)}?rule=smallest_gap").text
    assert 'value="40"' in smallest
    assert "¥60" in smallest


def test_a_batch_is_checked_proposed_and_approved_by_another(
    proposer: FlaskClient,
    approver: FlaskClient,
    stage: Stage,
    wishes: list[Wish],
    session: Session,
) -> None:
    fields = {
        f"amount-{wishes[0].id}": "７０",
        f"amount-{wishes[1].id}": "30.00",
        "rule": "by_hand",
    }
    checked = post(proposer, _board(stage), {**fields, "check": "1"})
    assert "安排 ¥100，点亮 1 个心愿" in checked.text
    assert session.scalar(select(func.count(Proposal.id))) == 0
    session.rollback()
    proposed = post(proposer, _board(stage), {**fields, "propose": "1"})
    assert proposed.status_code == 303
    own = post(proposer, f"{proposed.location}/approval")
    assert own.status_code == 403
    assert "同一个人" in own.text
    approved = post(approver, f"{proposed.location}/approval")
    assert approved.status_code == 303
    states = session.scalars(select(Wish.state).order_by(Wish.id)).all()
    assert states == ["lit", "open"]
    assert session.scalar(select(Fund.taken_minor)) == 100_00


def test_the_second_person_sees_what_changed_and_nothing_is_half_done(
    app: Flask,
    proposer: FlaskClient,
    approver: FlaskClient,
    stage: Stage,
    wishes: list[Wish],
    session: Session,
) -> None:
    fields = {f"amount-{wishes[0].id}": "70", f"amount-{wishes[1].id}": "30", "propose": "1"}
    proposed = post(proposer, _board(stage), fields)
    with app.app_context(), unit_of_work() as work:
        allocate(work, stage, (wishes[0], 70_00))
    page = approver.get(proposed.location).text
    assert "提出以后情况有了变化" in page
    assert "现在只有 ¥30 可安排" in page
    refused = post(approver, f"{proposed.location}/approval")
    assert refused.status_code == 409
    assert session.scalar(select(func.count(Allocation.id))) == 1


@pytest.mark.usefixtures("wishes")
def test_the_proposer_has_words_to_send_to_the_second_person(
    proposer: FlaskClient, stage: Stage, wishes: list[Wish]
) -> None:
    fields = {f"amount-{wishes[0].id}": "70", f"amount-{wishes[1].id}": "30", "propose": "1"}
    proposed = post(proposer, _board(stage), fields)
    page = proposer.get(proposed.location).text
    assert "各位老师，有 2 个心愿共 ¥100 等您复核：http://localhost/desk/" in page


def test_an_approved_batch_leads_to_giving_back_what_is_left(
    app: Flask, proposer: FlaskClient, stage: Stage, wishes: list[Wish], session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        allocate(work, stage, (wishes[0], 70_00))
    number = session.scalars(select(Allocation.id)).one()
    page = proposer.get(f"/desk/{stage.community.slug}/proposals/1").text
    assert f"/commitments/{number}/return" in page


def test_a_rule_looks_at_all_that_wait_though_a_page_shows_few() -> None:
    fund = FundNow(
        id=1,
        name="微心愿专款",
        name_en="",
        purpose=FundPurpose.WISHES,
        laid_minor=3_00,
        taken_minor=0,
        committed_minor=0,
        spent_minor=0,
    )
    many = [waiting(number, 9_00) for number in range(1, 100)]
    small = waiting(100, 2_00)
    board = suggested(fund, [*many, small], AllocationRule.SMALLEST_GAP)
    assert [row.waiting.id for row in board.rows[:2]] == [100, 1]
    assert (len(board.rows), board.others, board.total_minor) == (60, 40, 2_00)


def waiting(number: int, missing_minor: int) -> Waiting:
    return Waiting(
        id=number,
        code=f"W-{number}",
        words="想要一支笔",
        since=NOW + timedelta(minutes=number),
        cost_minor=missing_minor,
        funded_minor=0,
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("-5", "负数"),
        ("1e20", "没看懂这个金额"),
        ("0.001", "最多写到分"),
        ("99999999999", "金额太大"),
        ("80", "只差"),
        ("150", "可安排"),
    ],
)
def test_what_cannot_be_given_is_said_and_stays_typed(
    proposer: FlaskClient, stage: Stage, wishes: list[Wish], session: Session, typed: str, said: str
) -> None:
    answer = post(proposer, _board(stage), {f"amount-{wishes[0].id}": typed, "propose": "1"})
    assert answer.status_code in {409, 422}
    assert said in answer.text
    assert f'value="{typed}"' in answer.text
    assert session.scalar(select(func.count(Proposal.id))) == 0


def test_a_refusal_wants_a_reason_and_takes_nothing(
    proposer: FlaskClient,
    approver: FlaskClient,
    stage: Stage,
    wishes: list[Wish],
    session: Session,
) -> None:
    fields = {f"amount-{wishes[0].id}": "70", "propose": "1"}
    proposed = post(proposer, _board(stage), fields)
    assert post(approver, f"{proposed.location}/refusal", {"reason": " "}).status_code == 422
    declined = post(approver, f"{proposed.location}/refusal", {"reason": "先等等"})
    assert declined.status_code == 303
    assert post(approver, f"{proposed.location}/approval").status_code == 409
    assert session.scalar(select(Fund.taken_minor)) == 0


def test_a_fund_page_shows_its_line(
    app: Flask, approver: FlaskClient, stage: Stage, wishes: list[Wish]
) -> None:
    with app.app_context(), unit_of_work() as work:
        allocate(work, stage, (wishes[0], 70_00))
    page = approver.get(f"/desk/{stage.community.slug}/funds/{stage.fund.id}").text
    assert wishes[0].code in page
    assert "0–7000" in page
    assert approver.get(f"/desk/{stage.community.slug}/funds/999999").status_code == 404


def _board(stage: Stage) -> str:
    return f"/desk/{stage.community.slug}/funds/{stage.fund.id}/allocations/new"
