"""Phones at closing: which numbers are missing of each, and which phones need not sign off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from market.actions.sales.selling import sell
from market.actions.sales.signing_off import PLAIN_FORMS
from market.extensions import unit_of_work
from market.models.sales import ClosurePhone, Device
from market.queries.sales.counter import counter_at
from tests.market_day import LATER, close, command, count
from tests.people import sign_in
from tests.uploads import Stall, open_stall, outcomes, sale_row, upload


@pytest.fixture
def here(app: Flask) -> Iterator[Stall]:
    app.extensions["clock"] = lambda: LATER
    with app.app_context():
        yield open_stall()


def test_a_phone_that_sold_by_plain_forms_alone_holds_nothing_back(
    here: Stall,
) -> None:
    with unit_of_work() as work:
        counter = counter_at(work, here.day.till.id, [here.day.soap.id], [])
        order = command(here.day)
        sell(work, counter, order, by_id=None, phone_id=here.phone.device.id, now=LATER)
    with unit_of_work() as work:
        count(work, here.day)
        closure = close(work, here.day)
        assert work.scalars(
            select(ClosurePhone.reason).where(ClosurePhone.closure_id == closure.id)
        ).all() == [PLAIN_FORMS]


def test_the_missing_numbers_are_named_though_others_were_set_aside(
    client: FlaskClient, here: Stall
) -> None:
    first = here.sale(sequence=1)
    last = here.sale(sequence=5)
    other = replace(first, gift_minor=1_00)
    sent = [sale_row(one) for one in (first, last, other)]
    assert outcomes(upload(client, here.phone, *sent))[:2] == ["created", "created"]
    with unit_of_work() as work:
        count(work, here.day)
    slug, day = here.day.community.slug, here.day
    sign_in(client, day.cast.social_worker)
    page = unescape(client.get(f"/till/{slug}/{day.till.id}/closure").text)
    assert "缺序号 2–4" in page
    assert "没有签退" in page
    board = f"/desk/{slug}/markets/{day.day.id}/board"
    assert "缺序号 2–4" in unescape(client.get(board).text)
    with unit_of_work() as work:
        work.get_one(Device, here.phone.device.id).revoked_at = LATER
    assert "已请出，还有没上传的" in unescape(client.get(board).text)
