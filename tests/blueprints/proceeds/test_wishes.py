"""Wishes by plain forms: from the first word to the follow-up, and what is refused on the way."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.extensions import unit_of_work
from market.models.ledger import MoneyMove
from market.models.people import Person
from market.models.proceeds import Allocation, Consent, Wish, WishReview
from tests.people import post, sign_in
from tests.wishes import (
    CONSENT_ENDS,
    GIVEN,
    Stage,
    allocate,
    consent,
    enter,
    make_open_wish,
    make_stage,
    review,
)


@pytest.fixture
def stage(app: Flask) -> Stage:
    with app.app_context(), unit_of_work() as work:
        return make_stage(work, laid_minor=500_00)


@pytest.fixture
def social_worker(client: FlaskClient, stage: Stage) -> FlaskClient:
    sign_in(client, stage.cast.social_worker)
    return client


@pytest.fixture
def reviewer(app: Flask, stage: Stage) -> FlaskClient:
    return signed_in(app, stage.cast.reviewer)


@pytest.fixture
def lit(app: Flask, stage: Stage) -> int:
    """The id of a wish of ¥86 that is lit."""
    with app.app_context(), unit_of_work() as work:
        wish = make_open_wish(work, stage)
        allocate(work, stage, (wish, 86_00))
        return wish.id


def test_a_wish_goes_the_whole_road_by_plain_forms(
    social_worker: FlaskClient, reviewer: FlaskClient, stage: Stage, session: Session
) -> None:
    entered = post(social_worker, at(stage, "wishes/new"), a_wish())
    assert entered.status_code == 303
    page = entered.location
    assert post(reviewer, f"{page}/review", answers(reviewer, page)).status_code == 303
    assert post(social_worker, f"{page}/consents", a_sheet()).status_code == 303
    assert post(social_worker, f"{page}/opening").status_code == 303
    assert "公开可见" in social_worker.get(page).text
    light(stage, session)
    bought = post(social_worker, f"{page}/purchase", a_purchase(stage))
    assert bought.status_code == 303
    assert post(reviewer, f"{bought.location}/decision", {"answer": "yes"}).status_code == 303
    assert post(social_worker, f"{page}/delivery", {"evidence": "签收单 1 号"}).status_code == 303
    done = post(social_worker, f"{page}/follow-up", {"evidence": "回访表 1 号", "note": "喜欢"})
    assert done.status_code == 303
    session.rollback()
    wish = session.scalars(select(Wish)).one()
    assert (wish.state, wish.funded_minor) == ("followed_up", 80_00)
    over = social_worker.get(at(stage, "wishes?show=over")).text
    assert "想要一盒水彩" in over


def test_costs_are_typed_as_people_type_them(
    social_worker: FlaskClient, stage: Stage, session: Session
) -> None:
    typed = {
        **a_wish(),
        "cost-amount-1": "５９。５０",
        "cost-name-2": "画纸",
        "cost-amount-2": "¥20",
    }
    assert post(social_worker, at(stage, "wishes/new"), typed).status_code == 303
    assert session.scalar(select(Wish.cost_minor)) == 79_50


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": " "}, "这里还没有填写"),
        ({"text": "打 13912345678 找我"}, "一串长数字"),
        ({"kind": "money"}, "请从列出的选项里选一个"),
        ({"kind": "company"}, "陪伴类心愿不用花钱"),
        ({"cost-name-1": "", "cost-amount-1": ""}, "请至少写一项费用"),
        ({"cost-amount-1": "-5"}, "不能是负数"),
        ({"cost-amount-1": "0"}, "金额至少是"),
        ({"cost-amount-1": "300.01"}, "超过了每个心愿的上限"),
        ({"cost-amount-1": "1e3"}, "没看懂这个金额"),
        ({"cost-amount-1": ""}, "还没有填写金额"),
        ({"cost-name-2": "画纸", "cost-amount-2": "abc"}, "没看懂这个金额"),
        ({"cost-name-1": "字" * 61}, "文字太长了"),
        ({"reference": "王小明"}, "没看懂这个同意书编号"),
        ({"reference": "T-2345-6789"}, "没有找到这个同意书编号"),
    ],
)
def test_what_is_typed_wrong_is_said_and_kept(
    social_worker: FlaskClient,
    stage: Stage,
    session: Session,
    changes: dict[str, str],
    sentence: str,
) -> None:
    answer = post(social_worker, at(stage, "wishes/new"), {**a_wish(), **changes})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="A box of watercolours"' in answer.text
    assert session.scalar(select(func.count()).select_from(Wish)) == 0


def test_any_yes_sends_a_wish_back_with_a_word(
    app: Flask, social_worker: FlaskClient, reviewer: FlaskClient, stage: Stage
) -> None:
    page = draft(app, stage)
    given = {**answers(reviewer, page), "school": "yes"}
    wordless = post(reviewer, f"{page}/review", given)
    assert wordless.status_code == 422
    assert "请写一句要怎么改" in wordless.text
    assert post(reviewer, f"{page}/review", {**given, "note": "去掉颜色"}).status_code == 303
    shown = social_worker.get(page).text
    assert "去掉颜色" in shown
    assert f"{page}/content" in shown


def test_the_author_is_told_to_ask_somebody_else(
    app: Flask, social_worker: FlaskClient, stage: Stage
) -> None:
    page = draft(app, stage)
    assert "要请另一位同事来读" in social_worker.get(f"{page}/review").text
    told = post(social_worker, f"{page}/review", {**answers(social_worker, page)})
    assert told.status_code == 403
    assert "自己不能复读" in told.text
    assert "各位老师，有一个心愿" in social_worker.get(page).text


def test_a_reader_answers_about_what_was_read(
    app: Flask, social_worker: FlaskClient, reviewer: FlaskClient, stage: Stage, session: Session
) -> None:
    page = draft(app, stage)
    read = answers(reviewer, page)
    changed = {**a_wish(), "text": "想要一盒蜡笔"}
    assert post(social_worker, f"{page}/content", changed).status_code == 303
    refused = post(reviewer, f"{page}/review", read)
    assert refused.status_code == 409
    assert "内容被改过了" in refused.text
    assert "想要一盒蜡笔" in refused.text
    assert session.scalar(select(func.count()).select_from(WishReview)) == 0


def test_a_wish_without_consent_is_not_hung_up(
    app: Flask, social_worker: FlaskClient, reviewer: FlaskClient, stage: Stage
) -> None:
    page = draft(app, stage)
    post(reviewer, f"{page}/review", answers(reviewer, page))
    refused = post(social_worker, f"{page}/opening")
    assert refused.status_code == 409
    assert "缺一份今天有效的同意" in refused.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"purposes": []}, "请从列出的选项里选一个"),
        ({"child_agreed": ""}, "孩子自己不同意公开"),
        ({"given_on": "2999-01-01", "expires_on": "2999-02-01"}, "不能在今天之后"),
        ({"expires_on": "2001-01-01"}, "到期日期要在今天之后"),
        ({"notice_version": ""}, "这里还没有填写"),
        ({"given_on": "去年"}, "没看懂这个日期"),
    ],
)
def test_a_sheet_filled_in_wrong_is_said_and_kept(
    app: Flask,
    social_worker: FlaskClient,
    stage: Stage,
    session: Session,
    changes: dict[str, object],
    sentence: str,
) -> None:
    answer = post(social_worker, f"{draft(app, stage)}/consents", {**a_sheet(), **changes})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(select(func.count()).select_from(Consent)) == 0


def test_what_is_taken_back_is_gone_at_once(
    app: Flask, client: FlaskClient, social_worker: FlaskClient, stage: Stage, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        wish = make_open_wish(work, stage)
    public = f"/wishes/{wish.code}"
    assert client.get(public).status_code == 200
    page = at(stage, f"wishes/{wish.id}")
    taken = post(social_worker, f"{page}/consents/withdrawal", {"purposes": ["publish_text"]})
    assert taken.status_code == 303
    assert client.get(public).status_code == 404
    assert session.scalar(select(Wish.state)) == "open", "refusing costs nothing"


def test_nothing_ticked_takes_nothing_back(
    app: Flask, social_worker: FlaskClient, stage: Stage
) -> None:
    with app.app_context(), unit_of_work() as work:
        wish = make_open_wish(work, stage)
    page = at(stage, f"wishes/{wish.id}/consents/withdrawal")
    assert post(social_worker, page).status_code == 422


def test_a_lit_wish_that_is_mended_waits_out_of_sight(
    social_worker: FlaskClient, stage: Stage, lit: int, session: Session
) -> None:
    page = at(stage, f"wishes/{lit}")
    dearer = {**a_wish(), "cost-amount-1": "90"}
    assert post(social_worker, f"{page}/content", dearer).status_code == 303
    assert session.scalar(select(Wish.state)) == "draft"
    session.rollback()
    cheaper = post(social_worker, f"{page}/content", {**a_wish(), "cost-amount-1": "85"})
    assert cheaper.status_code == 409
    assert "费用不能改得比它低" in cheaper.text


@pytest.mark.usefixtures("lit")
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_cards_are_printed_of_what_everybody_may_see_and_what_is_late_has_a_list_of_its_own(
    app: Flask, social_worker: FlaskClient, stage: Stage
) -> None:
    with app.app_context(), unit_of_work() as work:
        shown = make_open_wish(work, stage, text="想要一副跳棋").code
        allocate(work, stage, (make_open_wish(work, stage, text="想要一把口琴"), 20_00))
        hidden = enter(work, stage, text="想要一只风筝")
        review(work, stage, hidden)
    board = social_worker.get(at(stage, "wishes/cards")).text
    assert shown in board
    assert board.count("<svg") >= 2
    assert all(words in board for words in ("想要一副跳棋", "点亮要 ¥86", "还差 ¥66，共 ¥86"))
    assert "想要一只风筝" not in board
    assert "想要一套画笔" not in board
    assert "想要一套画笔" in social_worker.get(at(stage, "wishes/cards?board=lit")).text
    queue = social_worker.get(at(stage, "wishes?late=1")).text
    assert "过了期限的" in queue
    assert "想要一只风筝" in queue
    assert "想要一副跳棋" not in queue


def test_too_dear_a_purchase_is_refused_with_the_way_out(
    social_worker: FlaskClient, stage: Stage, lit: int, session: Session
) -> None:
    page = at(stage, f"wishes/{lit}/purchase")
    answer = post(social_worker, page, {**a_purchase(stage), "item-amount-1": "86.01"})
    assert answer.status_code == 409
    assert "超出的部分不能付" in answer.text
    assert 'value="86.01"' in answer.text
    assert (
        session.scalar(select(func.count()).select_from(MoneyMove).where(MoneyMove.wish_id == lit))
        == 0
    )


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_purchase_says_item_by_item_what_was_different(
    social_worker: FlaskClient, reviewer: FlaskClient, stage: Stage, lit: int, session: Session
) -> None:
    page = at(stage, f"wishes/{lit}/purchase")
    assert 'value="86"' in social_worker.get(page).text
    typed = a_purchase(stage) | {"item-amount-1": "70", "item-amount-postage": "6.5"}
    given = post(social_worker, page, typed | {"item-said-1": "given"})
    assert given.status_code == 422
    assert "没花钱就写 0" in given.text
    assert 'value="6.5"' in given.text
    asked = post(social_worker, page, typed | {"item-said-1": "another"})
    shown = reviewer.get(asked.location).text
    assert all(words in shown for words in ("换了一种", "运费", "估计 ¥86，实际 ¥76.50"))
    assert post(reviewer, f"{asked.location}/decision", {"answer": "yes"}).status_code == 303
    session.rollback()
    assert session.get_one(Wish, lit).funded_minor == 76_50


@pytest.mark.parametrize("amount", ["0", "-1", "abc", "1e20", "", "99999999999"])
def test_a_purchase_of_no_amount_is_refused(
    social_worker: FlaskClient, stage: Stage, lit: int, amount: str
) -> None:
    page = at(stage, f"wishes/{lit}/purchase")
    answer = post(social_worker, page, {**a_purchase(stage), "item-amount-1": amount})
    assert answer.status_code == 422


def test_a_purchase_is_not_paid_from_somebody_else_s_safe(
    app: Flask, social_worker: FlaskClient, stage: Stage, lit: int
) -> None:
    with app.app_context(), unit_of_work() as work:
        elsewhere = make_stage(work, laid_minor=100_00)
    page = at(stage, f"wishes/{lit}/purchase")
    theirs = {**a_purchase(stage), "paid_from": f"cash_safe:{elsewhere.safe.id}"}
    assert post(social_worker, page, theirs).status_code == 422


def test_the_second_person_sees_what_goes_back(
    social_worker: FlaskClient, reviewer: FlaskClient, stage: Stage, lit: int
) -> None:
    asked = post(social_worker, at(stage, f"wishes/{lit}/purchase"), a_purchase(stage))
    mine = social_worker.get(asked.location).text
    assert "各位老师，心愿" in mine
    assert "同意付" not in mine
    assert "为什么收回" in mine
    seen = reviewer.get(asked.location).text
    assert "省下的 ¥6 同时退回专款" in seen
    assert "同意付 ¥80" in seen


def test_the_list_of_moves_leads_to_where_a_purchase_is_decided(
    social_worker: FlaskClient, reviewer: FlaskClient, stage: Stage, lit: int
) -> None:
    asked = post(social_worker, at(stage, f"wishes/{lit}/purchase"), a_purchase(stage))
    number = asked.location.rsplit("/", 1)[1]
    assert asked.location in reviewer.get(at(stage, f"moves/{number}")).text


def test_a_declined_purchase_says_why(
    social_worker: FlaskClient, reviewer: FlaskClient, stage: Stage, lit: int
) -> None:
    asked = post(social_worker, at(stage, f"wishes/{lit}/purchase"), a_purchase(stage))
    silent = post(reviewer, f"{asked.location}/decision", {"answer": "no"})
    assert silent.status_code == 422
    refused = {"answer": "no", "reason": "小票看不清"}
    assert post(reviewer, f"{asked.location}/decision", refused).status_code == 303
    assert "小票看不清" in social_worker.get(asked.location).text


def test_whoever_proposed_does_not_decide(
    social_worker: FlaskClient, stage: Stage, lit: int
) -> None:
    asked = post(social_worker, at(stage, f"wishes/{lit}/purchase"), a_purchase(stage))
    both = {"answer": "yes", "reason": "我来"}
    answer = post(social_worker, f"{asked.location}/decision", both)
    assert answer.status_code == 403
    assert "不能是同一个人" in answer.text


def test_whoever_proposed_may_take_it_back_and_says_why(
    social_worker: FlaskClient, stage: Stage, lit: int
) -> None:
    asked = post(social_worker, at(stage, f"wishes/{lit}/purchase"), a_purchase(stage))
    silent = post(social_worker, f"{asked.location}/decision", {"answer": "no"})
    assert silent.status_code == 422
    why = {"answer": "no", "reason": "金额写错了"}
    assert post(social_worker, f"{asked.location}/decision", why).status_code == 303
    assert "去采购" in social_worker.get(at(stage, f"wishes/{lit}")).text


def test_a_part_of_an_allocation_goes_back_by_two(
    app: Flask, social_worker: FlaskClient, stage: Stage, lit: int, session: Session
) -> None:
    number = session.scalars(select(Allocation.id)).one()
    session.rollback()
    page = at(stage, f"commitments/{number}/return")
    part = {"what": "part", "amount": "6", "reason": "买便宜了"}
    asked = post(social_worker, page, part)
    assert asked.status_code == 303
    treasurer = signed_in(app, stage.cast.treasurer)
    assert post(treasurer, f"{asked.location}/decision", {"answer": "yes"}).status_code == 303
    wish = session.get_one(Wish, lit)
    assert (wish.state, wish.funded_minor) == ("open", 80_00)


@pytest.mark.usefixtures("lit")
@pytest.mark.parametrize("amount", ["", "0", "86.01"])
def test_no_more_goes_back_than_is_left(
    social_worker: FlaskClient, stage: Stage, session: Session, amount: str
) -> None:
    number = session.scalars(select(Allocation.id)).one()
    session.rollback()
    page = at(stage, f"commitments/{number}/return")
    answer = post(social_worker, page, {"what": "part", "amount": amount, "reason": "不用了"})
    assert answer.status_code in {409, 422}
    assert "不用了" in answer.text


def test_company_is_lit_by_a_second_person(
    app: Flask, social_worker: FlaskClient, reviewer: FlaskClient, stage: Stage, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        wish = make_open_wish(work, stage, cost_minor=0)
    page = at(stage, f"wishes/{wish.id}")
    two = {"first": stage.cast.volunteer.id, "second": stage.cast.second_volunteer.id}
    same = {"first": two["first"], "second": two["first"]}
    assert post(social_worker, f"{page}/companions", same).status_code == 422
    assert post(social_worker, f"{page}/companions", two).status_code == 303
    assert post(social_worker, f"{page}/companions/confirmation", two).status_code == 403
    assert "宝妈甲" in reviewer.get(f"{page}/companions/confirmation").text
    assert post(reviewer, f"{page}/companions/confirmation", two).status_code == 303
    assert session.scalar(select(Wish.state)) == "lit"


def test_a_wish_ends_with_its_reason(
    social_worker: FlaskClient, stage: Stage, session: Session, lit: int
) -> None:
    page = at(stage, f"wishes/{lit}")
    assert post(social_worker, f"{page}/ending", {"how": "expired"}).status_code == 422
    ended = post(social_worker, f"{page}/ending", {"how": "expired", "note": "过了生日"})
    assert ended.status_code == 303
    assert session.scalar(select(Wish.state)) == "expired"
    assert "把款项退回专款" in social_worker.get(page).text


def test_the_queue_says_what_to_do_next(
    app: Flask, social_worker: FlaskClient, stage: Stage, lit: int
) -> None:
    with app.app_context(), unit_of_work() as work:
        waiting = enter(work, stage)
    shown = social_worker.get(at(stage, "wishes")).text
    assert shown.index(f"wishes/{lit}") < shown.index(f"wishes/{waiting.id}")
    only = social_worker.get(at(stage, "wishes?task=read")).text
    assert f"wishes/{waiting.id}" in only
    assert f'wishes/{lit}"' not in only
    assert social_worker.get(at(stage, "wishes?task=nonsense")).status_code == 200


def test_an_auditor_looks_and_changes_nothing(app: Flask, stage: Stage, lit: int) -> None:
    auditor = signed_in(app, stage.cast.auditor)
    shown = auditor.get(at(stage, f"wishes/{lit}"))
    assert shown.status_code == 200
    assert '/purchase"' not in shown.text
    assert '/content"' not in shown.text
    assert auditor.get(at(stage, "wishes/new")).status_code == 403


def test_another_community_s_wish_is_not_found(
    app: Flask, social_worker: FlaskClient, stage: Stage
) -> None:
    with app.app_context(), unit_of_work() as work:
        elsewhere = make_stage(work, laid_minor=100_00)
        theirs = make_open_wish(work, elsewhere)
        consent(work, elsewhere, theirs)
        review(work, elsewhere, theirs)
    for name in ("", "/review", "/consents", "/purchase", "/content", "/ending", "/delivery"):
        assert social_worker.get(at(stage, f"wishes/{theirs.id}{name}")).status_code == 404


def at(stage: Stage, path: str) -> str:
    return f"/desk/{stage.community.slug}/{path}"


def signed_in(app: Flask, who: Person) -> FlaskClient:
    desk = app.test_client()
    sign_in(desk, who)
    return desk


def a_wish() -> dict[str, object]:
    return {
        "kind": "goods",
        "text": "想要一盒水彩",
        "text_en": "A box of watercolours",
        "theme": "art",
        "cost-name-1": "水彩",
        "cost-amount-1": "86",
    }


def a_sheet() -> dict[str, object]:
    return {
        "purposes": ["process", "publish_text"],
        "guardian": "grandparent",
        "child_agreed": "y",
        "notice_version": "2026-1",
        "given_on": GIVEN.isoformat(),
        "expires_on": CONSENT_ENDS.isoformat(),
        "witness": "0",
    }


def a_purchase(stage: Stage) -> dict[str, object]:
    return {
        "item-amount-1": "80",
        "paid_from": f"cash_safe:{stage.safe.id}",
        "evidence": "小票 2 号",
        "note": "水彩一盒",
    }


def answers(reader: FlaskClient, page: str) -> dict[str, object]:
    """Three noes, with the mark of what was read."""
    seen = re.search(r'name="seen" value="([0-9a-f]*)"', reader.get(f"{page}/review").text)
    return {
        "neighbours": "no",
        "school": "no",
        "hurt": "no",
        "seen": seen.group(1) if seen else "",
    }


def draft(app: Flask, stage: Stage) -> str:
    """The page of a wish that the social worker has just written down."""
    with app.app_context(), unit_of_work() as work:
        return at(stage, f"wishes/{enter(work, stage).id}")


def light(stage: Stage, session: Session) -> None:
    """The open wish gets what it needs."""
    with unit_of_work() as work:
        wish = work.scalars(select(Wish)).one()
        allocate(work, stage, (wish, wish.cost_minor))
    session.rollback()
