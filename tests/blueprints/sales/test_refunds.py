"""Refunds by plain forms: whole and in part, small and large, and what is refused."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.sales.sale import Sale
from market.extensions import unit_of_work
from market.models.people import Community
from market.models.sales import Refund, RefundDecision, RefundRequest
from tests.market_day import Day, open_day
from tests.people import post, sign_in
from tests.refunds import closed_sale


@pytest.fixture
def day(app: Flask) -> Day:
    with app.app_context():
        return open_day()


@pytest.fixture
def sale(app: Flask, day: Day) -> Sale:
    """A soap at ¥15 and a scarf at ¥60 of which ¥48 are the weaver's; the till has closed."""
    with app.app_context(), unit_of_work() as work:
        return closed_sale(work, day, day.soap, day.scarf)


@pytest.fixture
def treasurer(client: FlaskClient, day: Day) -> FlaskClient:
    sign_in(client, day.cast.treasurer)
    return client


@pytest.fixture
def reviewer(app: Flask, day: Day) -> FlaskClient:
    desk = app.test_client()
    sign_in(desk, day.cast.reviewer)
    return desk


def test_a_small_refund_is_paid_at_once_and_looked_at_by_another(
    treasurer: FlaskClient, reviewer: FlaskClient, day: Day, sale: Sale, session: Session
) -> None:
    found = treasurer.get(f"/desk/{day.community.slug}/refunds?code={sale.code.lower()}")
    assert found.status_code == 303
    answer = post(treasurer, found.location, _whole(day))
    assert answer.status_code == 303
    assert session.scalar(select(Refund.amount_minor)) == 75_00
    assert "sales/refund" not in treasurer.get(answer.location).text
    decided = post(reviewer, f"{answer.location}/decision", {"answer": "yes"})
    assert decided.status_code == 303
    session.rollback()
    assert session.scalar(select(RefundDecision.approved)) is True


def test_part_of_a_receipt_is_refunded_by_pieces_or_by_an_amount(
    treasurer: FlaskClient, day: Day, sale: Sale, session: Session
) -> None:
    part = {**_whole(day), "what": "part", "pieces-1": "１", "amount-2": "5。50"}
    assert post(treasurer, _address(day, sale), part).status_code == 303
    assert session.scalar(select(Refund.amount_minor)) == 20_50


def test_a_large_refund_waits_for_a_second_person(
    app: Flask, treasurer: FlaskClient, reviewer: FlaskClient, day: Day, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        large = closed_sale(work, day, day.scarf, day.scarf)
    answer = post(treasurer, _address(day, large), _whole(day))
    assert session.scalar(select(func.count(Refund.id))) == 0
    own = post(treasurer, f"{answer.location}/decision", {"answer": "yes"})
    assert own.status_code in {403, 409}
    post(reviewer, f"{answer.location}/decision", {"answer": "yes"})
    session.rollback()
    assert session.scalar(select(Refund.amount_minor)) == 120_00


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"what": "part", "pieces-1": "2"}, "件"),
        ({"what": "part", "pieces-1": "一"}, "没看懂这个数量"),
        ({"what": "part", "amount-2": "-3"}, "负数"),
        ({"what": "part", "amount-2": "1e20"}, "没看懂这个金额"),
        ({"what": "part"}, "退"),
        ({"what": "half"}, "请从列出的选项里选一个"),
        ({"source": "safe:999999"}, "请从列出的选项里选一个"),
        ({"reason": " "}, "还没有填写"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    treasurer: FlaskClient, day: Day, sale: Sale, session: Session, typed: dict[str, str], said: str
) -> None:
    answer = post(treasurer, _address(day, sale), {**_whole(day), **typed})
    assert answer.status_code in {409, 422}
    assert said in answer.text
    assert typed.get("reason", "拉链坏了") in answer.text
    assert all(value in answer.text for name, value in typed.items() if name.startswith("pieces"))
    assert session.scalar(select(func.count(RefundRequest.id))) == 0


def test_a_second_tap_refunds_nothing_more(
    treasurer: FlaskClient, day: Day, sale: Sale, session: Session
) -> None:
    fields = {**_whole(day), "known": "0"}
    assert post(treasurer, _address(day, sale), fields).status_code == 303
    again = post(treasurer, _address(day, sale), fields)
    assert again.status_code in {409, 422}
    assert session.scalar(select(func.count(Refund.id))) == 1


def test_a_receipt_that_is_not_here_is_said_kindly(treasurer: FlaskClient, day: Day) -> None:
    page = treasurer.get(f"/desk/{day.community.slug}/refunds?code=2222-2222-2222")
    assert page.status_code == 404
    assert "2222-2222-2222" in page.text


def test_a_large_refund_asks_for_a_code_where_the_community_wants_one(
    app: Flask, treasurer: FlaskClient, reviewer: FlaskClient, day: Day, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        large = closed_sale(work, day, day.scarf, day.scarf)
        work.get_one(Community, day.community.id).second_factor_required = True
    answer = post(treasurer, _address(day, large), _whole(day))
    asked = post(reviewer, f"{answer.location}/decision", {"answer": "yes"})
    assert asked.status_code == 403
    assert "请先设好第二道验证" in asked.text
    assert session.scalar(select(func.count(Refund.id))) == 0
    said_no = {"answer": "no", "reason": "没有小票"}
    assert post(reviewer, f"{answer.location}/decision", said_no).status_code == 303


def test_a_small_refund_that_is_only_looked_at_asks_for_nothing(
    app: Flask, treasurer: FlaskClient, reviewer: FlaskClient, day: Day, sale: Sale
) -> None:
    with app.app_context(), unit_of_work() as work:
        work.get_one(Community, day.community.id).second_factor_required = True
    answer = post(treasurer, _address(day, sale), _whole(day))
    seen = post(reviewer, f"{answer.location}/decision", {"answer": "yes"})
    assert seen.status_code == 303


def _address(day: Day, sale: Sale) -> str:
    return f"/desk/{day.community.slug}/sales/{sale.id}/refund"


def _whole(day: Day) -> dict[str, str]:
    return {"what": "whole", "source": f"safe:{day.custodian.id}", "reason": "拉链坏了"}
