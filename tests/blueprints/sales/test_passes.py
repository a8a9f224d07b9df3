"""Stall passes at the desk: prepared, printed, renewed; digits changed; phones shown out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.extensions import unit_of_work
from market.models.sales import DayDigits, Device, StallPass
from market.queries.sales.passes import pass_of
from market.web.passes import pass_address
from tests import factories
from tests.factories import NOW
from tests.market_day import Day, make_day
from tests.passes import make_pass, make_phone
from tests.people import post, sign_in
from tests.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Desk:
    """The social worker at the passes of a market day that has none yet."""

    app: Flask
    day: Day
    visitor: Visitor

    @property
    def passes(self) -> str:
        return f"/desk/{self.day.community.slug}/markets/{self.day.day.id}/passes"

    @property
    def one(self) -> str:
        return f"/desk/{self.day.community.slug}/stalls/{self.day.stall.id}/pass"

    def digits(self) -> str:
        with self.app.app_context(), unit_of_work() as session:
            return session.get_one(DayDigits, self.day.day.id).digits

    def address(self) -> str:
        """Where the code of the first stall leads, as its page says it."""
        with self.app.test_request_context(), unit_of_work() as session:
            found = pass_address(pass_of(session, self.day.community.id, self.day.stall.id))
        assert found is not None
        return found.removeprefix("http://localhost")


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> Desk:
    app.extensions["clock"] = lambda: NOW
    with app.app_context(), unit_of_work() as session:
        day = make_day(session)
    sign_in(client, day.cast.social_worker)
    return Desk(app, day, Visitor(client))


def prepared(desk: Desk) -> None:
    desk.visitor.open(desk.passes)
    desk.visitor.send("准备通行码")


def test_a_tap_prepares_a_pass_for_every_stall_and_the_digits(desk: Desk) -> None:
    prepared(desk)
    assert "准备好了 2 张通行码" in desk.visitor.page.words
    assert desk.digits() in desk.visitor.page.words
    assert "0／6" in desk.visitor.page.words
    assert "准备通行码" not in [one.words for one in desk.visitor.page.root.all("button")]


def test_the_code_on_the_page_is_the_one_that_lets_in(desk: Desk) -> None:
    prepared(desk)
    page = desk.visitor.open(desk.one)
    assert desk.address() in page.text
    picture = desk.visitor.client.get(f"{desk.one}/qr.png")
    assert picture.mimetype == "image/png"
    assert picture.headers["Cache-Control"] == "no-store"
    stranger = desk.app.test_client()
    assert stranger.get(desk.address()).status_code == 200
    joined = post(stranger, desk.address(), {"name": "李阿姨", "digits": desk.digits()})
    assert joined.status_code == 303
    assert "李阿姨" in desk.visitor.open(desk.one).words


def test_wrong_digits_of_the_last_hour_are_told_to_the_organiser(desk: Desk) -> None:
    prepared(desk)
    assert "输错" not in desk.visitor.open(desk.one).words
    stranger = desk.app.test_client()
    wrong = "0000" if desk.digits() != "0000" else "1111"
    for _ in range(2):
        tried = post(stranger, desk.address(), {"name": "李阿姨", "digits": wrong})
        assert tried.status_code == 422
    assert "输错 2 次四位数字" in desk.visitor.open(desk.one).words
    desk.app.extensions["clock"] = lambda: NOW + timedelta(minutes=61)
    sign_in(desk.visitor.client, desk.day.cast.social_worker)
    assert "输错" not in desk.visitor.open(desk.one).words


def test_all_passes_are_printed_and_the_digits_never(desk: Desk) -> None:
    prepared(desk)
    page = desk.visitor.open(f"{desk.passes}/print")
    [sheet] = page.root.all("section")
    assert len(sheet.all("img")) == 2
    assert "手作摊" in sheet.words
    assert "围巾摊" in sheet.words
    assert desk.digits() not in sheet.words


def test_digits_change_in_a_tap_and_nobody_who_is_in_notices(desk: Desk) -> None:
    prepared(desk)
    before = desk.digits()
    volunteer = desk.app.test_client()
    post(volunteer, desk.address(), {"name": "李阿姨", "digits": before})
    desk.visitor.open(desk.passes)
    desk.visitor.send("换一组数字")
    assert desk.digits() != before
    assert volunteer.get("/till/phone").status_code == 200


def test_a_photographed_pass_is_renewed_and_its_phones_go_on(desk: Desk) -> None:
    prepared(desk)
    old = desk.address()
    volunteer = desk.app.test_client()
    post(volunteer, old, {"name": "李阿姨", "digits": desk.digits()})
    desk.visitor.open(desk.one)
    desk.visitor.follow("被拍照了")
    desk.visitor.send("确定", {"换一张新的，已加入": True})
    assert "已加入的手机照常用" in desk.visitor.page.words
    assert desk.address() != old
    assert desk.app.test_client().get(old).status_code == 409
    assert volunteer.get("/till/phone").status_code == 200
    assert "这部手机已经加入" in volunteer.get(desk.address()).text


def test_strangers_are_shown_out_with_a_new_code_and_new_digits(desk: Desk) -> None:
    prepared(desk)
    before = desk.digits()
    stranger = desk.app.test_client()
    post(stranger, desk.address(), {"name": "路人", "digits": before})
    desk.visitor.open(f"{desk.one}/renewal")
    desk.visitor.send("确定", {"换一张新的，请所有手机": True})
    assert stranger.get("/till/phone").status_code == 401
    assert desk.digits() != before


def test_a_pass_may_be_stopped_and_begun_anew(desk: Desk) -> None:
    prepared(desk)
    desk.visitor.open(f"{desk.one}/renewal")
    desk.visitor.send("确定", status=422)
    desk.visitor.send("确定", {"停用": True})
    assert "没有可用的通行码" in desk.visitor.page.words
    desk.visitor.follow("换一张新的")
    desk.visitor.send("确定", {"换一张新的，已加入": True})
    assert desk.visitor.client.get(f"{desk.one}/qr.png").status_code == 200


def test_seats_are_set_within_reason(desk: Desk) -> None:
    prepared(desk)
    desk.visitor.open(desk.one)
    desk.visitor.send("保存", {"最多几部手机": "８"})
    assert "名额改好了" in desk.visitor.page.words
    for _ in range(2):
        volunteer = desk.app.test_client()
        post(volunteer, desk.address(), {"name": "李阿姨", "digits": desk.digits()})
    desk.visitor.open(desk.one)
    desk.visitor.send("保存", {"最多几部手机": "1"}, status=409)
    assert "已经有 2 部手机" in desk.visitor.page.words
    desk.visitor.send("保存", {"最多几部手机": "31"}, status=422)


def test_a_phone_is_shown_out_after_a_look_at_what_it_still_holds(desk: Desk) -> None:
    with desk.app.app_context(), unit_of_work() as session:
        stall_pass = make_pass(session, desk.day.stall, desk.day.cast.social_worker)
        phone = make_phone(session, stall_pass, name="宝妈丁", unsent=3)
    desk.visitor.open(desk.one)
    desk.visitor.follow("请出")
    assert "3 笔没有上传" in desk.visitor.page.words
    desk.visitor.send("请出这部手机")
    assert "已请出" in desk.visitor.page.words
    with desk.app.app_context(), unit_of_work() as session:
        assert session.get_one(Device, phone.device.id).revoked_at == NOW
        assert session.get_one(StallPass, stall_pass.row.id).taken == 0


def test_after_the_secret_changed_a_pass_can_only_be_renewed(desk: Desk) -> None:
    with desk.app.app_context(), unit_of_work() as session:
        make_pass(session, desk.day.stall, desk.day.cast.social_worker)
    assert "不能再打印" in desk.visitor.open(desk.one).words
    assert "手作摊" in desk.visitor.open(f"{desk.passes}/print").words
    assert desk.visitor.client.get(f"{desk.one}/qr.png").status_code == 404


def test_a_day_without_stalls_leads_to_them(desk: Desk) -> None:
    with desk.app.app_context(), unit_of_work() as session:
        bare = factories.make_market_day(session, desk.day.community, desk.day.cast.social_worker)
    address = f"/desk/{desk.day.community.slug}/markets/{bare.id}/passes"
    assert "还没有摊位" in desk.visitor.open(address).words
