"""Services at the desk and their queues on a phone: a tap for each step, nothing typed lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales.turn_payment import name_turn
from market.extensions import unit_of_work
from market.models.sales import SaleTurn, Service, Slot, Turn, TurnContact, TurnStep
from tests.factories import NOW
from tests.market_day import close, count, sell_one
from tests.passes import make_pass, make_phone
from tests.people import sign_in
from tests.turns import WANG, Fair, book, open_fair, take
from tests.visitor import Visitor

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def fair(app: Flask) -> Fair:
    app.extensions["clock"] = lambda: NOW
    with app.app_context():
        return open_fair()


@pytest.fixture
def volunteer(client: FlaskClient, fair: Fair) -> Visitor:
    sign_in(client, fair.day.cast.volunteer)
    return Visitor(client)


@pytest.fixture
def zhima(client: FlaskClient, fair: Fair) -> Visitor:
    sign_in(client, fair.day.cast.social_worker)
    return Visitor(client)


def queue(fair: Fair, listing_id: int) -> str:
    return f"/till/{fair.day.community.slug}/services/{listing_id}/turns"


def service_page(fair: Fair, listing_id: int) -> str:
    return f"/desk/{fair.day.community.slug}/listings/{listing_id}/service"


def test_a_social_worker_says_how_turns_are_taken_and_opens_slots(
    zhima: Visitor, fair: Fair, session: Session
) -> None:
    zhima.open(f"/desk/{fair.day.community.slug}/stalls/{fair.day.stall.id}")
    zhima.follow("定轮候方式")
    page = zhima.send("保存", {"预约时段": True}, status=422)
    assert "还没有填写" in page.words
    page = zhima.send("保存", {"谁来做": "缝补队"})
    assert "先填上做一次要多少分钟" in page.words
    kept = session.get_one(Service, fair.day.repair.id)
    assert (kept.way, kept.provider) == ("slot", "缝补队")


@one_database
def test_slots_are_added_and_taken_away(zhima: Visitor, fair: Fair, session: Session) -> None:
    zhima.open(service_page(fair, fair.haircut.id))
    zhima.follow("时段")
    zhima.send("去掉 09:40")
    page = zhima.send("加上这些时段", {"从几点开始": "8点", "到几点结束": "9点半"}, status=422)
    assert "时段要在市集时间" in page.words
    assert 'value="8点"' in page.text
    zhima.send("加上这些时段", {"从几点开始": "9:40", "到几点结束": "10:00"})
    assert len(session.scalars(select(Slot.at)).all()) == 9


@one_database
def test_the_way_of_a_service_with_turns_is_kept(app: Flask, zhima: Visitor, fair: Fair) -> None:
    with app.app_context(), unit_of_work() as work:
        take(work, fair, fair.buttons)
    zhima.open(service_page(fair, fair.buttons.id))
    page = zhima.send("保存", {"留件取件": True, "谁来做": "别的队"}, status=409)
    assert "轮候方式不能再改" in page.words
    assert 'value="别的队"' in page.text


def test_a_number_is_given_called_and_served_with_four_taps(
    volunteer: Visitor, fair: Fair, session: Session
) -> None:
    volunteer.open(f"/till/{fair.day.community.slug}/{fair.day.till.id}")
    volunteer.follow("取号和预约")
    volunteer.follow("钉扣子")
    page = volunteer.send("取一个号")
    assert "B1" in page.words
    volunteer.open(queue(fair, fair.buttons.id))
    volunteer.send("到了")
    page = volunteer.send("完成")
    assert "已经过去的 1 个" in page.words
    states = session.scalars(select(TurnStep.state).order_by(TurnStep.ordinal)).all()
    assert states == ["arrived", "done"]


@one_database
def test_a_slip_of_the_finger_is_taken_back(volunteer: Visitor, fair: Fair) -> None:
    volunteer.open(queue(fair, fair.buttons.id))
    volunteer.send("取一个号")
    volunteer.send("没来")
    volunteer.follow("B1")
    page = volunteer.send("点错了，退回一步")
    assert "已取号" in page.words


@one_database
def test_a_late_tap_is_told_what_happened(app: Flask, volunteer: Visitor, fair: Fair) -> None:
    volunteer.open(queue(fair, fair.buttons.id))
    volunteer.send("取一个号")
    page = volunteer.open(queue(fair, fair.buttons.id))
    with app.app_context(), unit_of_work() as work:
        turn_id = work.scalars(select(Turn.id)).one()
        work.add(TurnStep(turn_id=turn_id, ordinal=1, state="missed", at=NOW))
    page = volunteer.send("到了", status=503)
    assert "刚才别人也点了这一号" in page.words


@one_database
def test_a_thing_is_left_and_given_to_whoever_shows_the_tag(
    volunteer: Visitor, fair: Fair, session: Session
) -> None:
    volunteer.open(queue(fair, fair.mending.id))
    volunteer.follow("留下一件")
    page = volunteer.send("收下，给牌子", {"怎么称呼": "王阿姨", "手机号后四位": "56"}, status=422)
    assert "最后四位数字" in page.words
    assert 'value="王阿姨"' in page.text
    page = volunteer.send("收下，给牌子", {"手机号后四位": "5678"})
    tag = session.scalars(select(Turn.tag)).one()
    assert f"B1-{tag}" in page.words
    volunteer.open(queue(fair, fair.mending.id))
    volunteer.send("做好了")
    volunteer.follow("取走了")
    assert "（选填）" not in volunteer.page.words
    page = volunteer.send("取走了", {"对方那一半": "000"}, status=422)
    assert "取件牌对不上" in page.words
    volunteer.send("取走了", {"对方那一半": tag})
    session.rollback()
    states = session.scalars(select(TurnStep.state).order_by(TurnStep.ordinal)).all()
    assert states == ["done", "collected"]


@one_database
def test_a_tag_that_is_lost_is_answered_for_by_two(
    app: Flask, volunteer: Visitor, fair: Fair
) -> None:
    with app.app_context(), unit_of_work() as work:
        turn = take(work, fair, fair.mending, contact=WANG)
    volunteer.open(queue(fair, fair.mending.id))
    volunteer.send("做好了")
    volunteer.follow("取走了")
    page = volunteer.send("取走了", {"牌子丢了": True, "第一位志愿者": "宝妈甲"}, status=422)
    assert "两个不同的名字" in page.words
    volunteer.send("取走了", {"第二位志愿者": "宝妈乙"})
    page = volunteer.open(f"/till/{fair.day.community.slug}/turns/{turn.id}")
    assert "牌子丢了，当面核对" in page.words


@one_database
def test_a_child_is_taken_in_by_two_with_the_guardian_here(
    volunteer: Visitor, fair: Fair, session: Session
) -> None:
    volunteer.open(queue(fair, fair.care.id))
    volunteer.send("取一个号")
    two = {"第一位志愿者": "宝妈甲", "第二位志愿者": "宝妈乙"}
    page = volunteer.send("接下孩子", two, status=422)
    assert "请确认监护人在市集里" in page.words
    assert 'value="宝妈乙"' in page.text
    volunteer.send("接下孩子", {**two, "监护人就在市集里": True})
    volunteer.follow("监护人接走")
    tag = session.scalars(select(Turn.tag)).one()
    volunteer.send("监护人接走", {**two, "对方那一半": tag})
    session.rollback()
    assert len(session.scalars(select(TurnStep)).all()) == 2


@one_database
def test_a_neighbour_at_the_stall_is_booked_for(
    volunteer: Visitor, fair: Fair, session: Session
) -> None:
    volunteer.open(queue(fair, fair.haircut.id))
    volunteer.follow("替邻居约一个时段")
    said: dict[str, str | bool] = {"11:20": True, "怎么称呼": "李爷爷", "手机号后四位": "0042"}
    page = volunteer.send("约好", said)
    assert "11:20" in page.words
    assert session.scalars(select(TurnContact.code_hash)).all() == [None]


@one_database
def test_a_sale_of_a_phone_is_named_by_its_day_number(
    app: Flask, volunteer: Visitor, fair: Fair
) -> None:
    with app.app_context(), unit_of_work() as work:
        turn = take(work, fair, fair.mending, contact=WANG)
        sale = sell_one(work, fair.day, fair.mending)
    address = f"/till/{fair.day.community.slug}/turns/{turn.id}"
    volunteer.open(address)
    page = volunteer.send("对上这张小票", {"小票上的当日号": "3Z-999"}, status=422)
    assert "没有可以对上的" in page.words
    page = volunteer.send("对上这张小票", {"小票上的当日号": sale.day_number})
    assert f"已付款 {sale.day_number}" in page.words
    page = volunteer.send("记下这个日子", {"约定哪天做好": "2026-11-20"}, status=422)
    assert "今天或以后" in page.words
    volunteer.send("记下这个日子", {"约定哪天做好": "2026-11-28"})
    page = volunteer.open(f"/till/{fair.day.community.slug}/unserved")
    assert "约定 2026年11月28日" in page.words
    assert "王阿姨" in page.words


@one_database
def test_a_phone_without_a_person_keeps_its_own_stalls_queue(
    app: Flask, client: FlaskClient, fair: Fair, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        by = fair.day.cast.social_worker
        own = make_phone(work, make_pass(work, fair.day.stall, by))
        other = make_phone(work, make_pass(work, fair.day.other_stall, by))
    own.carried_by(client)
    phone = Visitor(client)
    phone.open("/till/")
    phone.follow("取号和预约")
    phone.follow("钉扣子")
    phone.send("取一个号")
    phone.send("到了")
    step = session.scalars(select(TurnStep)).one()
    assert (step.by_id, step.device_id) == (None, own.device.id)
    assert session.scalars(select(Turn.label)).one() == f"{own.device.letter}1"
    other.carried_by(client)
    # One till serves both stalls, so the other stall's phone may help out.
    assert client.get(queue(fair, fair.buttons.id)).status_code == 200


@one_database
def test_a_turn_of_another_community_is_not_there(
    app: Flask, volunteer: Visitor, fair: Fair
) -> None:
    with app.app_context():
        elsewhere = open_fair()
        with unit_of_work() as work:
            turn = take(work, elsewhere, elsewhere.buttons)
    here = fair.day.community.slug
    for address in (
        f"/till/{here}/turns/{turn.id}",
        f"/till/{here}/services/{elsewhere.buttons.id}/turns",
        f"/till/{here}/days/{elsewhere.day.day.id}/turns",
        f"/desk/{here}/listings/{elsewhere.buttons.id}/service",
    ):
        assert volunteer.client.get(address).status_code in {403, 404}, address


@one_database
def test_a_queue_shows_who_has_paid(app: Flask, volunteer: Visitor, fair: Fair) -> None:
    with app.app_context(), unit_of_work() as work:
        turn = book(work, fair)
        sale = sell_one(work, fair.day, fair.haircut)
        name_turn(work, fair.day.community.id, turn.id, sale.sale_id)
    page = volunteer.open(queue(fair, fair.haircut.id))
    assert re.search("11:00 .*已付款", page.words)


@one_database
def test_a_turn_is_paid_at_the_till_that_serves_its_stall(
    volunteer: Visitor, fair: Fair, session: Session
) -> None:
    volunteer.open(queue(fair, fair.mending.id))
    volunteer.follow("留下一件")
    volunteer.send("收下，给牌子", {"怎么称呼": "王阿姨", "手机号后四位": "5678"})
    page = volunteer.page.address
    volunteer.follow("去收款")
    volunteer.send("收款")
    volunteer.send("已收到", {"现金": True})
    [paid] = session.scalars(select(SaleTurn))
    assert str(paid.turn_id) == page.rpartition("/")[2]
    assert "已付款 3B-001" in volunteer.open(page).words
    assert "去收款" not in volunteer.page.words


@one_database
def test_what_is_taken_out_of_the_basket_pays_for_nothing(
    app: Flask, volunteer: Visitor, fair: Fair, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        turn = take(work, fair, fair.mending)
    volunteer.open(f"/till/{fair.day.community.slug}/{fair.day.till.id}?turn={turn.id}")
    volunteer.send("收款", {"换拉链": "", "手工皂": "1"})
    volunteer.send("已收到", {"现金": True})
    assert session.scalars(select(SaleTurn)).all() == []


@one_database
def test_paid_and_not_served_stands_on_the_desk_of_those_who_serve(
    app: Flask, client: FlaskClient, fair: Fair
) -> None:
    with app.app_context(), unit_of_work() as work:
        turn = take(work, fair, fair.mending, contact=WANG)
        sale = sell_one(work, fair.day, fair.mending)
        name_turn(work, fair.day.community.id, turn.id, sale.sale_id)
    app.extensions["clock"] = lambda: NOW + timedelta(days=1)
    sign_in(client, fair.day.cast.treasurer)
    page = client.get(f"/desk/{fair.day.community.slug}").text
    assert "1 位付过款的邻居还没有服务到" in page
    sign_in(client, fair.day.cast.auditor)
    assert "还没有服务到" not in client.get(f"/desk/{fair.day.community.slug}").text


@one_database
def test_paid_and_not_served_stands_at_the_closing_with_its_day(
    app: Flask, volunteer: Visitor, fair: Fair
) -> None:
    with app.app_context(), unit_of_work() as work:
        turn = take(work, fair, fair.mending, contact=WANG)
        sale = sell_one(work, fair.day, fair.mending)
        name_turn(work, fair.day.community.id, turn.id, sale.sale_id)
        count(work, fair.day)
    address = f"/till/{fair.day.community.slug}/{fair.day.till.id}/closure"
    page = volunteer.open(address)
    assert "已付款，还没有服务到" in page.words
    assert "还没有约日子" in page.words
    volunteer.follow(turn.label)
    volunteer.send("记下这个日子", {"约定哪天做好": "2026-11-28"})
    assert "约定 2026年11月28日" in volunteer.open(address).words
    with app.app_context(), unit_of_work() as work:
        close(work, fair.day)
    assert "约定 2026年11月28日" in volunteer.open(address).words
