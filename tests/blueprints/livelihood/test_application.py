"""Asking for support on one's own pages: bit by bit, handed in, refused with a reason, appealed."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from market.actions.livelihood.applications import Whose
from market.extensions import unit_of_work
from market.models.livelihood import SupportApplication, Tranche
from market.models.people import Person
from tests.livelihood import card_in, make_enterprise
from tests.people import post, sign_in
from tests.support import Support, make_support, review

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def support(app: Flask) -> Support:
    with app.app_context(), unit_of_work() as work:
        return make_support(work)


def apply(client: FlaskClient, support: Support) -> str:
    """She writes everything and hands it in; gives the address of her application."""
    card_in(client, support.made)
    address = post(client, "/mine/applications").location
    post(client, f"{address}/goal", {"goal": "让布包养活自己"})
    post(client, f"{address}/budget", {"name": "缝纫机", "amount": "500"})
    step = {"milestone": "选好缝纫机", "due_on": "2027-01-31", "kind": "goods", "amount": "300"}
    assert post(client, f"{address}/steps", step).status_code == 303
    assert post(client, f"{address}/check").location == address
    return address


def test_she_writes_it_bit_by_bit_and_reads_how_it_stands(
    app: Flask, client: FlaskClient, support: Support
) -> None:
    card_in(client, support.made)
    address = post(client, "/mine/applications").location
    assert "还差：目标、一步一步的计划" in client.get(address).text
    assert "还没写完" in client.get("/mine/").text
    post(client, f"{address}/goal", {"goal": "让布包养活自己"})
    step = {"milestone": "选好", "due_on": "2027-01-31", "kind": "training", "amount": "3"}
    refused = post(client, f"{address}/steps", step)
    assert refused.status_code == 422
    assert "免费摊位和培训不写金额" in refused.text
    post(client, f"{address}/steps", {**step, "amount": ""})
    post(client, f"{address}/steps", {"drop": "1"})
    with app.app_context(), unit_of_work() as work:
        assert work.scalars(select(Tranche)).all() == []


def test_a_refusal_says_why_and_she_appeals(
    app: Flask, client: FlaskClient, support: Support
) -> None:
    address = apply(client, support)
    assert "还在等 2 位同事审核" in client.get(address).text
    with app.app_context(), unit_of_work() as work:
        number = work.scalars(select(SupportApplication.id)).one()
        whose = Whose(community_id=support.community.id, application_id=number)
        review(work, whose, support.by, approved=False, reason="有人要捐一台")
    assert "有人要捐一台" in client.get(address).text
    assert post(client, f"{address}/appeal", {"words": "那台修不好"}).status_code == 303
    assert "正等另一位同事答复" in client.get(address).text


def test_nobody_opens_another_entrepreneurs_application(
    app: Flask, client: FlaskClient, support: Support
) -> None:
    address = apply(client, support)
    with app.app_context(), unit_of_work() as work:
        other = make_enterprise(work, support.community, support.cast.social_worker, "另一位")
    stranger = app.test_client()
    card_in(stranger, other)
    for rest in ("", "/goal", "/budget", "/steps", "/check", "/appeal"):
        assert stranger.get(f"{address}{rest}").status_code == 404, rest
    assert post(stranger, f"{address}/withdrawal").status_code == 404


def test_the_desk_leads_a_paper_application_to_its_last_receipt(
    app: Flask, support: Support
) -> None:
    desk = f"/desk/{support.community.slug}"
    cast = support.cast
    worker, reviewer, treasurer = (
        signed(app, one) for one in (cast.social_worker, cast.reviewer, cast.treasurer)
    )
    new = {"enterprise": str(support.made.enterprise.id)}
    address = post(worker, f"{desk}/applications/new", new).location
    post(worker, f"{address}/goal", {"goal": "让布包养活自己"})
    post(worker, f"{address}/budget", {"name": "缝纫机", "amount": "500"})
    step = {"milestone": "选好缝纫机", "due_on": "2027-01-31", "kind": "goods", "amount": "300"}
    post(worker, f"{address}/steps", step)
    assert post(worker, f"{address}/check").location == address
    yes = {"answer": "yes", "no_interest": "y"}
    silent = post(reviewer, f"{address}/reviews", {"answer": "yes"})
    assert silent.status_code == 422
    assert "没有亲属或利益关系" in silent.text
    assert post(reviewer, f"{address}/reviews", yes).location == address
    assert post(treasurer, f"{address}/interest").location == address
    assert post(treasurer, f"{address}/reviews", yes).status_code == 403
    post(worker, f"{address}/reviews", yes)
    [tranche_id] = re.findall(r"steps/(\d+)/evidence", worker.get(address).text)
    post(worker, f"{address}/steps/{tranche_id}/evidence", {"words": "看过样机"})
    [decision] = set(re.findall(r"/desk/\S+/evidence/\d+/decision", reviewer.get(address).text))
    post(reviewer, decision, {"answer": "yes"})
    assert "可以放款" in worker.get(f"{desk}/support").text
    board = f"{desk}/funds/{support.fund.id}/allocations/new"
    assert "选好缝纫机" in worker.get(board).text
    amount = {f"amount-{tranche_id}": "300.01", "propose": "1", "rule": "by_hand"}
    beyond = post(worker, board, amount)
    assert beyond.status_code == 409
    assert "按计划还能安排 ¥300" in beyond.text
    proposal = post(worker, board, {**amount, f"amount-{tranche_id}": "300"}).location
    assert "针线布包" in reviewer.get(proposal).text
    assert post(treasurer, f"{proposal}/approval").status_code == 403
    assert post(reviewer, f"{proposal}/approval").location == proposal
    spend = f"{address}/steps/{tranche_id}/spending"
    form = {
        "amount": "260",
        "paid_from": f"cash_safe:{support.safe.id}",
        "note": "缝纫机",
        "evidence": "小票 1 号",
    }
    spending = post(worker, spend, form).location
    assert post(reviewer, f"{spending}/decision", {"answer": "yes"}).location == address
    page = worker.get(f"{desk}/support")
    assert "¥260" in page.text
    assert "¥40" in page.text
    assert "声明过关系" in page.text
    sheet = worker.get(f"{desk}/support?format=csv").get_data(as_text=True)
    assert "选好缝纫机,2027-01-31,物资,是,300.00,300.00,260.00,40.00" in sheet


def signed(app: Flask, who: Person) -> FlaskClient:
    client = app.test_client()
    sign_in(client, who)
    return client
