"""Preparing a market at the desk, page by page."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.extensions import unit_of_work
from market.models.people import Person
from market.models.sales import (
    LegalBasis,
    Listing,
    MarketDay,
    MarketOpening,
    PaymentCode,
    PolicyShare,
    Stall,
)
from tests.factories import make_community, make_market_day
from tests.people import make_cast, post, sign_in
from tests.preparing import (
    Place,
    make_place,
    make_stall,
    open_day,
    plan_day,
    prepare_day,
    questions_asked,
)

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
PLAN = {
    "name": "腊八市集：一碗粥",
    "held_on": "2026-11-28",
    "starts_at": "9:00",
    "ends_at": "12:00",
    "place": "小广场",
}


@pytest.fixture
def place(app: Flask) -> Place:
    app.extensions["clock"] = lambda: NOW
    with app.app_context(), unit_of_work() as work:
        return make_place(work)


@pytest.fixture
def desk(place: Place) -> str:
    return f"/desk/{place.community.slug}"


@pytest.fixture
def zhima(client: FlaskClient, place: Place) -> FlaskClient:
    """A social worker's browser."""
    return signed_in(client, place.cast.social_worker)


def signed_in(client: FlaskClient, person: Person) -> FlaskClient:
    # The clock stands still in the middle of the cast's day; the session is of that day too.
    sign_in(client, person)
    return client


def with_day(app: Flask, place: Place, make: Callable[[Session, Place], object]) -> int:
    """The id of a market day that was made before the test's pages are asked for."""
    with app.app_context(), unit_of_work() as work:
        make(work, place)
        return work.scalars(select(MarketDay.id).order_by(MarketDay.id.desc())).first() or 0


def test_a_market_is_prepared_from_its_first_words_to_its_opening(
    zhima: FlaskClient, desk: str, place: Place, session: Session
) -> None:
    answer = post(zhima, f"{desk}/markets/new", PLAN)
    assert answer.status_code == 303
    market = answer.location
    page = zhima.get(market).text
    assert page.count("该做了") == 3
    assert "上面几步都完成以后才能开市" in page

    assert "公开募捐资格" in zhima.get(f"{market}/basis").text
    assert f"{market}/basis/B" in zhima.get(f"{market}/basis?no=1").text
    basis = {
        "holder": place.bank.id,
        "agreement": "义卖款使用约定",
        "handover_due_on": "2026年12月28日",
        "code_wechat": place.platform.id,
        "code_alipay": "",
    }
    assert post(zhima, f"{market}/basis/B", basis).status_code == 303
    weights = {f"weight_{place.wishes.id}": "７０", f"weight_{place.enterprise.id}": "30"}
    assert post(zhima, f"{market}/policy", weights).status_code == 303
    stall = post(zhima, f"{market}/stalls/new", {"number": "3", "name": "手作摊"})
    assert stall.status_code == 303
    soap = {"kind": "goods", "name": "手工皂", "price": "１５"}
    assert post(zhima, f"{stall.location}/listings/new", soap).status_code == 303
    assert "都准备好了" in zhima.get(market).text

    checked = zhima.get(f"{market}/opening").text
    for said in ("承诺义卖", "社区专户", "微信收款码", "¥70", "¥30", "手工皂", "2026年12月28日"):
        assert said in checked
    assert post(zhima, f"{market}/opening").status_code == 303
    page = zhima.get(market).text
    assert "已开市" in page
    assert "还没有人开摊" in page
    assert session.scalars(select(MarketOpening.opened_by_id)).all() == [place.by_id]
    assert session.scalars(select(PaymentCode.tender)).all() == ["wechat"]
    assert session.scalars(select(PolicyShare.weight).order_by(PolicyShare.ordinal)).all() == [
        70,
        30,
    ]
    assert session.scalars(select(Listing.price_minor)).all() == [15_00]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "  "}, "还没有填写"),
        ({"name": "长" * 81}, "文字太长了"),
        ({"held_on": ""}, "还没有填写"),
        ({"held_on": "下周六"}, "没看懂这个日期"),
        ({"held_on": "2026-02-30"}, "没看懂这个日期"),
        ({"held_on": "1026-11-28"}, "请检查市集日期的年份"),
        ({"held_on": "2226-11-28"}, "请检查市集日期的年份"),
        ({"starts_at": "上午"}, "没看懂这个时间"),
        ({"ends_at": "8点半"}, "结束时间要晚于开始时间"),
        ({"ends_at": "25:00"}, "没看懂这个时间"),
        ({"place": ""}, "还没有填写"),
        ({"bring": "长" * 2001}, "文字太长了"),
        ({"hosts": "坏\u0007字"}, "无法显示的字符"),
    ],
)
def test_a_plan_that_is_wrong_comes_back_with_all_that_was_typed(
    zhima: FlaskClient, desk: str, session: Session, said: dict[str, str], words: str
) -> None:
    answer = post(zhima, f"{desk}/markets/new", {**PLAN, "give": "干净的书", **said})
    assert answer.status_code == 422
    assert "错误：" in answer.text
    assert words in answer.text
    assert "干净的书" in answer.text
    assert "一碗粥" in answer.text or "name" in said
    assert session.scalars(select(MarketDay.id)).all() == []


def test_a_market_is_planned_like_the_last_one(
    app: Flask, zhima: FlaskClient, desk: str, place: Place, session: Session
) -> None:
    source = with_day(app, place, prepare_day)
    page = zhima.get(f"{desk}/markets/new?like={source}").text
    assert 'value="小广场"' in page
    assert "2026-11-28" not in page
    answer = post(zhima, f"{desk}/markets/new?like={source}", {**PLAN, "held_on": "2026-12-26"})
    assert answer.status_code == 303
    assert "都准备好了" in zhima.get(answer.location).text
    assert session.scalar(select(func.count()).select_from(LegalBasis)) == 2


@pytest.mark.parametrize("absurd", ["0", "-1", "987654", "99999999999999999999"])
def test_a_market_like_none_there_is_is_not_planned(
    zhima: FlaskClient, desk: str, session: Session, absurd: str
) -> None:
    page = f"{desk}/markets/new?like={absurd}"
    assert zhima.get(page).status_code == 404
    assert post(zhima, page, PLAN).status_code == 404
    assert session.scalars(select(MarketDay.id)).all() == []


def test_the_words_of_a_market_change(
    app: Flask, zhima: FlaskClient, desk: str, place: Place
) -> None:
    market = f"{desk}/markets/{with_day(app, place, plan_day)}"
    assert 'value="2026-11-28"' in zhima.get(f"{market}/words").text
    said = {**PLAN, "place": "社工站一楼"}
    assert post(zhima, f"{market}/words", said).status_code == 303
    assert "社工站一楼" in zhima.get(market).text


def test_three_noes_lead_nowhere_and_say_so(
    app: Flask, zhima: FlaskClient, desk: str, place: Place
) -> None:
    questions = f"{desk}/markets/{with_day(app, place, plan_day)}/basis"
    assert "basis/C" in zhima.get(f"{questions}?no=2").text
    for absurd in ("3", "99", "１００"):
        assert "现在还不能真正开卖" in zhima.get(f"{questions}?no={absurd}").text
    for absurd in ("-1", "x", ""):
        assert "basis/A" in zhima.get(f"{questions}?no={absurd}").text


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        ("B", {"holder": ""}, "请从列出的选项里选一个"),
        ("B", {"holder": "x"}, "请从列出的选项里选一个"),
        ("B", {"holder": "987654"}, "请从列出的选项里选一个"),
        ("B", {"holder": "99999999999999999999"}, "请从列出的选项里选一个"),
        ("B", {"agreement": ""}, "还没有填写"),
        ("B", {"agreement": "长" * 121}, "文字太长了"),
        ("B", {"handover_due_on": ""}, "还没有填写"),
        ("B", {"handover_due_on": "2026-11-27"}, "移交日期不能早于市集当天"),
        ("B", {"code_wechat": "987654"}, "请从列出的选项里选一个"),
        ("A", {"holder": "charity"}, "还没有填写"),
        ("A", {"holder": "bank", "certificate": "53320000"}, "请从列出的选项里选一个"),
        ("A", {"holder": "charity", "certificate": "5332"}, "请填备案编号"),
        (
            "A",
            {"holder": "charity", "certificate": "5332", "filing_due_on": "2026-11-28"},
            "最晚要在市集前一天",
        ),
        ("C", {"handover_due_on": "", "code_wechat": "person"}, "活动依据还缺：移交日期"),
    ],
)
def test_a_basis_that_is_wrong_comes_back_with_all_that_was_typed(
    app: Flask,
    zhima: FlaskClient,
    place: Place,
    session: Session,
    kind: str,
    said: dict[str, str],
    words: str,
) -> None:
    ids = {"charity": place.charity.id, "bank": place.bank.id, "person": place.person.id}
    market = f"/desk/{place.community.slug}/markets/{with_day(app, place, plan_day)}"
    typed: dict[str, object] = {
        "holder": place.bank.id,
        "agreement": "义卖款使用约定",
        "handover_due_on": "2026-12-28",
    }
    typed |= {name: ids.get(value, value) for name, value in said.items()}
    answer = post(zhima, f"{market}/basis/{kind}", typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert "错误：" in answer.text
    assert "义卖款使用约定" in answer.text or kind == "C" or "agreement" in said
    assert session.scalars(select(LegalBasis.kind)).all() == []


def test_nobody_s_takings_are_decided_by_who_stands_first_in_a_list(
    app: Flask, zhima: FlaskClient, desk: str, place: Place
) -> None:
    market = f"{desk}/markets/{with_day(app, place, plan_day)}"
    only_one = zhima.get(f"{market}/basis/A").text
    assert "暖灯慈善会" in only_one
    assert "请选择" not in only_one
    assert "请选择" in zhima.get(f"{market}/basis/B").text


def test_a_holder_of_another_community_is_not_offered(
    app: Flask, zhima: FlaskClient, desk: str, place: Place
) -> None:
    with app.app_context(), unit_of_work() as work:
        other = make_place(work)
    market = f"{desk}/markets/{with_day(app, place, plan_day)}"
    typed = {
        "holder": other.bank.id,
        "agreement": "约定",
        "handover_due_on": "2026-12-28",
    }
    assert post(zhima, f"{market}/basis/B", typed).status_code == 422


def test_a_pending_number_is_written_down_when_it_comes(
    app: Flask, zhima: FlaskClient, desk: str, place: Place, session: Session
) -> None:
    market = f"{desk}/markets/{with_day(app, place, prepare_day)}"
    typed = {
        "holder": place.charity.id,
        "certificate": "53320000",
        "agreement": "合作协议",
        "filing_due_on": "2026-11-27",
    }
    assert post(zhima, f"{market}/basis/A", typed).status_code == 303
    assert "备案编号预计 2026年11月27日 拿到" in zhima.get(market).text
    assert post(zhima, f"{market}/opening").status_code == 303
    assert "备案编号还没有补上" in zhima.get(market).text
    assert post(zhima, f"{market}/filing", {"filing_number": " "}).status_code == 422
    assert post(zhima, f"{market}/filing", {"filing_number": "苏民备 7 号"}).status_code == 303
    assert "备案编号还没有补上" not in zhima.get(market).text
    assert post(zhima, f"{market}/filing", {"filing_number": "别的"}).status_code == 409
    assert zhima.get(f"{market}/filing").status_code == 409
    assert session.scalars(select(LegalBasis.filing_number)).all() == ["苏民备 7 号"]


def test_what_a_hundred_becomes_is_shown_before_it_is_kept(
    app: Flask, zhima: FlaskClient, desk: str, place: Place, session: Session
) -> None:
    policy = f"{desk}/markets/{with_day(app, place, plan_day)}/policy"
    weights = {f"weight_{place.wishes.id}": "2", f"weight_{place.enterprise.id}": "1"}
    tried = post(zhima, policy, {**weights, "try": "1"})
    assert tried.status_code == 200
    assert "¥66.66" in tried.text
    assert "¥33.34" in tried.text
    assert session.scalars(select(PolicyShare.weight)).all() == []
    assert post(zhima, policy, weights).status_code == 303
    assert "¥66.66" in zhima.get(policy).text


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (("", ""), "请至少给一个专款填上大于 0 的比例"),
        (("0", "0"), "请至少给一个专款填上大于 0 的比例"),
        (("-1", "30"), "数量要在 0 到 10000 之间"),
        (("10001", "30"), "数量要在 0 到 10000 之间"),
        (("99999999999999999999", "30"), "数量要在 0 到 10000 之间"),
        (("七十", "30"), "没看懂这个数量"),
        (("0.7", "30"), "没看懂这个数量"),
        (("70%", "30"), "没看懂这个数量"),
    ],
)
def test_a_split_that_is_wrong_comes_back_with_all_that_was_typed(
    app: Flask,
    zhima: FlaskClient,
    desk: str,
    place: Place,
    session: Session,
    weights: tuple[str, str],
    words: str,
) -> None:
    policy = f"{desk}/markets/{with_day(app, place, plan_day)}/policy"
    typed = {f"weight_{place.wishes.id}": weights[0], f"weight_{place.enterprise.id}": weights[1]}
    for more in ({}, {"try": "1"}):
        answer = post(zhima, policy, {**typed, **more})
        if more and weights in {("", ""), ("0", "0")}:
            continue
        assert answer.status_code == 422
        assert words in answer.text
        assert f'value="{weights[0]}"' in answer.text
    assert session.scalars(select(PolicyShare.weight)).all() == []


def test_without_a_fund_the_split_says_who_makes_one(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        bare = make_community(work)
        cast = make_cast(work, bare)
        day = make_market_day(work, bare, cast.social_worker)
    signed_in(client, cast.social_worker)
    assert "还没有专款" in client.get(f"/desk/{bare.slug}/markets/{day.id}/policy").text


def test_a_market_that_lacks_something_says_what_and_stays_closed(
    app: Flask, zhima: FlaskClient, desk: str, place: Place, session: Session
) -> None:
    opening = f"{desk}/markets/{with_day(app, place, plan_day)}/opening"
    assert "现在还不能开市" in zhima.get(opening).text
    answer = post(zhima, opening)
    assert answer.status_code == 409
    assert "还不能开市，请先补上：活动依据、款项分配、摊位。" in answer.text
    assert session.scalars(select(MarketOpening.market_day_id)).all() == []


def test_of_two_who_open_at_once_one_gets_a_sentence(app: Flask, place: Place, desk: str) -> None:
    market = f"{desk}/markets/{with_day(app, place, prepare_day)}"
    together = Barrier(2)

    def open_it(person: Person) -> tuple[int, str]:
        client = signed_in(app.test_client(), person)
        client.get(market)
        together.wait()
        answer = post(client, f"{market}/opening")
        return answer.status_code, answer.text

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(open_it, (place.cast.social_worker, place.cast.administrator)))
    assert [status for status, _ in answers] == [303, 409]
    assert "市集已经开市" in answers[1][1]
    with app.app_context(), unit_of_work() as work:
        assert work.scalar(select(func.count()).select_from(MarketOpening)) == 1


def test_once_open_basis_and_split_are_only_shown(
    app: Flask, zhima: FlaskClient, desk: str, place: Place, session: Session
) -> None:
    number = with_day(app, place, prepare_day)
    with app.app_context(), unit_of_work() as work:
        open_day(work, place, work.get_one(MarketDay, number))
    market = f"{desk}/markets/{number}"
    for frozen in ("basis", "basis/B", "policy"):
        assert zhima.get(f"{market}/{frozen}").status_code == 409
    late = post(zhima, f"{market}/policy", {f"weight_{place.wishes.id}": "1"})
    assert late.status_code == 409
    assert "不能再改" in late.text
    basis = {
        "holder": place.charity.id,
        "agreement": "另一份约定",
        "handover_due_on": "2026-12-28",
    }
    late = post(zhima, f"{market}/basis/B", basis)
    assert late.status_code == 409
    assert "另一份约定" in late.text
    assert "不再改动" in zhima.get(f"{market}/opening").text
    assert session.scalars(select(PolicyShare.weight)).all() == [70, 30]
    assert session.scalars(select(LegalBasis.holder_id)).all() == [place.bank.id]


def test_who_only_looks_sees_no_way_to_change_anything(
    app: Flask, client: FlaskClient, desk: str, place: Place
) -> None:
    market = f"{desk}/markets/{with_day(app, place, prepare_day)}"
    signed_in(client, place.cast.auditor)
    for page in ("", "/opening", "/stalls"):
        text = client.get(f"{market}{page}").text
        assert 'method="post"' not in text.replace('action="/sign-out"', "").split("<main")[1]
        assert "/words" not in text
        assert "/new" not in text


@pytest.mark.parametrize("page", ["", "/opening", "/stalls"])
def test_a_page_asks_as_much_for_many_stalls_as_for_one(
    app: Flask, zhima: FlaskClient, desk: str, place: Place, page: str
) -> None:
    number = with_day(app, place, prepare_day)

    def asked() -> int:
        with app.app_context(), questions_asked() as questions:
            assert zhima.get(f"{desk}/markets/{number}{page}").status_code == 200
        return len(questions)

    asked()
    few = asked()
    with app.app_context(), unit_of_work() as work:
        day = work.get_one(MarketDay, number)
        for stall in range(2, 12):
            make_stall(work, place, day, str(stall))
    assert asked() == few
    with app.app_context(), unit_of_work() as work:
        assert work.scalar(select(func.count()).select_from(Stall)) == 11


def test_a_list_asks_as_much_for_many_markets_as_for_one(
    app: Flask, zhima: FlaskClient, desk: str, place: Place
) -> None:
    def asked() -> int:
        with app.app_context(), questions_asked() as questions:
            assert zhima.get(f"{desk}/markets").status_code == 200
        return len(questions)

    with_day(app, place, plan_day)
    asked()
    few = asked()
    for _ in range(5):
        with_day(app, place, plan_day)
    assert asked() == few


def test_a_list_says_what_to_do_where_there_is_nothing(
    app: Flask, zhima: FlaskClient, desk: str, place: Place
) -> None:
    assert "还没有计划下一次市集" in zhima.get(f"{desk}/markets").text
    assert "还没有办过市集" in zhima.get(f"{desk}/markets?when=past").text
    with_day(app, place, plan_day)
    assert "腊八市集" in zhima.get(f"{desk}/markets?q=腊八").text
    assert "没有找到“元宵”" in zhima.get(f"{desk}/markets?q=元宵").text
    for absurd in ("when=x&page=-3", "page=99999999999999999999", "page=x", "q=%25"):
        assert zhima.get(f"{desk}/markets?{absurd}").status_code == 200
