"""Lighting plans by plain forms: suggested, put in order, approved by another, seen carried out."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.proceeds.steps import EndWish, end_wish
from market.extensions import db, unit_of_work
from market.models.people import Person
from market.models.proceeds import LightingLine, LightingPlan, Wish
from tests.factories import NOW
from tests.lighting import agree, propose, take_and_close, wish_of
from tests.market_day import Day, make_day
from tests.people import post, sign_in
from tests.refunds import recorded_sale


@pytest.fixture
def day(app: Flask) -> Day:
    with app.app_context(), unit_of_work() as work:
        return make_day(work, basis="B")


@pytest.fixture
def wishes(app: Flask, day: Day) -> list[Wish]:
    with app.app_context(), unit_of_work() as work:
        return [
            wish_of(work, day, 70_00, text="想要画笔"),
            wish_of(work, day, 7_00, text="想要风筝"),
        ]


def desk_of(app: Flask, person: Person) -> FlaskClient:
    desk = app.test_client()
    sign_in(desk, person)
    return desk


def plans(day: Day) -> str:
    return f"/desk/{day.community.slug}/market-days/{day.day.id}/lighting"


def new(day: Day) -> str:
    return f"{plans(day)}/{day.wishes.id}/new"


def test_a_plan_is_put_in_order_proposed_and_approved_by_another(
    app: Flask, day: Day, wishes: list[Wish], session: Session
) -> None:
    proposer, approver = desk_of(app, day.cast.social_worker), desk_of(app, day.cast.reviewer)
    page = proposer.get(new(day)).text
    assert page.index("想要画笔") < page.index("想要风筝")
    proposed = post(
        proposer,
        new(day),
        {
            f"place-{wishes[0].id}": "２",
            f"amount-{wishes[0].id}": "70",
            f"part-{wishes[0].id}": "1",
            f"place-{wishes[1].id}": "1",
            f"amount-{wishes[1].id}": "7.00",
            "note": "先小后大",
        },
    )
    assert proposed.status_code == 303
    lines = session.execute(
        select(LightingLine.wish_id, LightingLine.amount_minor, LightingLine.in_part).order_by(
            LightingLine.ordinal
        )
    ).all()
    assert [tuple(row) for row in lines] == [
        (wishes[1].id, 7_00, False),
        (wishes[0].id, 70_00, True),
    ]
    own = post(proposer, f"{proposed.location}/approval")
    assert own.status_code == 403
    assert "同一个人" in own.text
    assert "1 份点亮清单等您复核" in approver.get(f"/desk/{day.community.slug}").text
    assert "先小后大" in approver.get(proposed.location).text
    assert "批准清单：2 个心愿，共 ¥77" in approver.get(proposed.location).text
    assert post(approver, f"{proposed.location}/approval").status_code == 303
    assert "已批准，照此执行" in approver.get(proposed.location).text


def test_a_wish_without_a_place_is_not_in_the_plan(
    app: Flask, day: Day, wishes: list[Wish], session: Session
) -> None:
    fields = {
        f"place-{wishes[0].id}": "",
        f"amount-{wishes[0].id}": "70",
        f"place-{wishes[1].id}": "1",
        f"amount-{wishes[1].id}": "7",
    }
    assert post(desk_of(app, day.cast.treasurer), new(day), fields).status_code == 303
    assert session.scalars(select(LightingLine.wish_id)).all() == [wishes[1].id]


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        (("第一", "7"), 422, "不是名次"),
        (("0", "7"), 422, "不是名次"),
        (("1", "七块"), 422, "错误："),
        (("1", ""), 422, "错误："),
        (("1", "5"), 409, "点不亮它"),
        (("1", "8"), 409, "只差 ¥7"),
        (("", "7"), 422, "还没有选任何一项"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    app: Flask, day: Day, wishes: list[Wish], typed: tuple[str, str], status: int, said: str
) -> None:
    place, amount = typed
    fields = {
        f"place-{wishes[1].id}": place,
        f"amount-{wishes[1].id}": amount,
        "note": "留着这句话",
    }
    answer = post(desk_of(app, day.cast.social_worker), new(day), fields)
    assert answer.status_code == status
    assert said in answer.text
    assert "留着这句话" in answer.text
    assert f'value="{amount}"' in answer.text
    with app.app_context(), Session(db.engine) as session:
        assert session.scalar(select(LightingPlan.id)) is None


def test_the_desk_says_what_is_expected_then_what_was_lit_and_what_is_short(
    app: Flask, day: Day
) -> None:
    with app.app_context(), unit_of_work() as work:
        lit, dark = wish_of(work, day, 7_00), wish_of(work, day, 13_50)
        agree(work, day, (lit, 7_00), (dark, 13_50))
        recorded_sale(work, day)
    desk = desk_of(app, day.cast.auditor)
    before = desk.get(plans(day)).text
    assert before.count("预计点亮</span>") == 1
    assert "¥10.50" in before
    with app.app_context(), unit_of_work() as work:
        take_and_close(work, day, 10_00)
    after = desk.get(plans(day)).text
    assert "还差 ¥3，下次继续" in after
    assert "已点亮</span>" in after
    assert "换一份清单" not in desk_of(app, day.cast.social_worker).get(plans(day)).text


def test_the_second_person_sees_a_wish_that_was_withdrawn_since(
    app: Flask, day: Day, wishes: list[Wish]
) -> None:
    with app.app_context(), unit_of_work() as work:
        plan = propose(work, day, (wishes[0], 70_00), (wishes[1], 7_00))
        end = EndWish(
            community_id=day.community.id, wish_id=wishes[0].id, expired=False, note="另有安排"
        )
        end_wish(work, end, by_id=day.cast.social_worker.id, now=NOW)
    page = desk_of(app, day.cast.reviewer).get(f"/desk/{day.community.slug}/lighting/{plan.id}")
    assert "跳过：已撤回或过期" in page.text


def test_a_plan_is_sent_back_with_a_reason_or_taken_back(
    app: Flask, day: Day, wishes: list[Wish]
) -> None:
    with app.app_context(), unit_of_work() as work:
        sent, taken = (propose(work, day, (wishes[0], 70_00)) for _ in range(2))
    place = f"/desk/{day.community.slug}/lighting"
    reviewer = desk_of(app, day.cast.reviewer)
    bare = post(reviewer, f"{place}/{sent.id}/refusal", {"reason": ""})
    assert bare.status_code == 422
    assert post(reviewer, f"{place}/{sent.id}/refusal", {"reason": "太长"}).status_code == 303
    assert "太长" in reviewer.get(f"{place}/{sent.id}").text
    own = desk_of(app, day.cast.social_worker)
    assert "收回这份清单" in own.get(f"{place}/{taken.id}").text
    assert post(own, f"{place}/{taken.id}/refusal", {"reason": "再想想"}).status_code == 303
    late = post(reviewer, f"{place}/{taken.id}/approval")
    assert late.status_code == 409
    assert "已经有人处理过了" in late.text


def test_another_communitys_plan_and_day_are_not_found(app: Flask, day: Day) -> None:
    with app.app_context(), unit_of_work() as work:
        elsewhere = make_day(work, basis="B")
        plan = propose(work, elsewhere, (wish_of(work, elsewhere, 7_00), 7_00))
    desk = desk_of(app, day.cast.social_worker)
    place = f"/desk/{day.community.slug}"
    for address in (
        f"{place}/lighting/{plan.id}",
        f"{place}/market-days/{elsewhere.day.id}/lighting",
        f"{place}/market-days/{elsewhere.day.id}/lighting/{elsewhere.wishes.id}/new",
        f"{place}/market-days/{day.day.id}/lighting/{elsewhere.wishes.id}/new",
        f"{place}/market-days/{day.day.id}/lighting/{day.enterprise.id}/new",
    ):
        assert desk.get(address).status_code == 404, address


def test_a_plan_the_books_would_not_have_is_said_at_the_desk(
    app: Flask, day: Day, wishes: list[Wish], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_args: object, **_more: object) -> None:
        message = "the books would not have it"
        raise RuntimeError(message)

    monkeypatch.setattr("market.actions.proceeds.lighting_runs._run", breaks)
    with app.app_context(), unit_of_work() as work:
        agree(work, day, (wishes[1], 7_00))
        take_and_close(work, day, 20_00)
    page = desk_of(app, day.cast.treasurer).get(plans(day)).text
    assert "清单没有执行" in page
