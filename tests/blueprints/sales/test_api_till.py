"""What a phone fetches: what there is to sell, and receipt slips that answer before their sale."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from market.actions.sales.slips import MOST_SLIPS
from market.domain.sales.receipt_code import grouped, parse
from market.domain.sales.upload import LOW_SLIPS, SLIPS
from market.extensions import unit_of_work
from market.models.people import Miss
from market.models.sales import Slip
from market.web.qr import qr_matrix
from tests import factories
from tests.factories import NOW
from tests.market_day import LATER
from tests.passes import make_pass, make_phone
from tests.uploads import Stall, open_stall, outcomes, sale_row, upload

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def here(app: Flask) -> Iterator[Stall]:
    app.extensions["clock"] = lambda: LATER
    with app.app_context():
        yield open_stall()


def test_a_phone_learns_all_that_it_needs_to_sell(client: FlaskClient, here: Stall) -> None:
    answer = client.get("/api/v1/till", headers=here.phone.headers)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    told = answer.json
    assert told is not None
    day, device = here.day, here.phone.device
    assert told["server_at"] == LATER.isoformat()
    assert told["device"] == {
        "id": device.id,
        "letter": device.letter,
        "name": "宝妈丙",
        "last_sequence": 0,
    }
    assert told["till"] == {"id": day.till.id, "name": day.till.name, "state": "open"}
    assert told["market_day"]["slug"] == day.day.slug
    assert told["community"] == {"slug": day.community.slug, "name": day.community.name}
    assert [stall["number"] for stall in told["stalls"]] == ["3", "4"]
    listings = {one["name"]: one for one in told["listings"]}
    assert listings["手工皂"]["initials"] == "sgz"
    assert (listings["缝补"]["price"], listings["缝补"]["kind"]) == (None, "service")
    assert (listings["杯子"]["left"], listings["手工皂"]["left"]) == (3, None)
    assert (listings["团扇"]["price"], listings["团扇"]["floor"]) == (30_00, 25_00)
    assert [one["label"] for one in told["tenders"]] == ["现金", "微信", "支付宝", "其他"]
    assert told["slips"] == {"have": 0, "low": LOW_SLIPS}


def test_the_price_on_a_tile_says_nothing_of_what_a_consignor_is_owed(
    client: FlaskClient, here: Stall
) -> None:
    said = client.get("/api/v1/till", headers=here.phone.headers).text
    assert "consignor" not in said
    assert "share" not in said


@one_database
def test_before_its_till_is_open_a_phone_learns_its_stall_s_prices(
    client: FlaskClient, here: Stall
) -> None:
    with unit_of_work() as work:
        stall = factories.make_stall(work, here.day.day, number="9", name="早到的摊")
        factories.make_listing(work, stall, name="布鞋")
        phone = make_phone(work, make_pass(work, stall, here.day.cast.social_worker))
    told = client.get("/api/v1/till", headers=phone.headers).json
    assert told is not None
    assert told["till"] is None
    assert [one["name"] for one in told["listings"]] == ["布鞋"]


def test_slips_bring_the_stock_up_and_no_further(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    answer = client.post("/api/v1/slips", json={"have": 50}, headers=here.phone.headers)
    assert answer.json is not None
    slips = answer.json["slips"]
    assert len(slips) == SLIPS - 50
    codes = {parse(slip["code"]) for slip in slips}
    kept = session.scalars(select(Slip).where(Slip.device_id == here.phone.device.id)).all()
    assert {slip.code for slip in kept} == codes
    assert {slip.minted_at for slip in kept} == {LATER}
    session.rollback()
    for have in (SLIPS, SLIPS + 1):
        full = client.post("/api/v1/slips", json={"have": have}, headers=here.phone.headers)
        assert full.json == {"slips": []}
    told = client.get("/api/v1/till", headers=here.phone.headers).json
    assert told is not None
    assert told["slips"]["have"] == len(slips)
    upload(client, here.phone, sale_row(here.sale(code=slips[0]["code"])))
    told = client.get("/api/v1/till", headers=here.phone.headers).json
    assert told is not None
    assert told["slips"]["have"] == len(slips) - 1


@one_database
def test_a_slip_s_code_leads_to_its_receipt(app: Flask, client: FlaskClient, here: Stall) -> None:
    answer = client.post("/api/v1/slips", json={"have": SLIPS - 1}, headers=here.phone.headers)
    assert answer.json is not None
    [slip] = answer.json["slips"]
    rows = slip["matrix"].split("/")
    assert {len(row) for row in rows} == {len(rows)}
    with app.test_request_context():
        address = url_for("public.receipt", code=slip["code"], _external=True)
    assert slip["matrix"] == qr_matrix(address)


def test_a_receipt_that_has_not_arrived_is_said_to_be_on_its_way(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    answer = client.post("/api/v1/slips", json={"have": SLIPS - 1}, headers=here.phone.headers)
    assert answer.json is not None
    code = answer.json["slips"][0]["code"]
    page = client.get(f"/r/{code}")
    assert page.status_code == 200
    assert "正在路上" in page.text
    assert here.day.day.name in page.text
    assert grouped(code).replace("-", " ") in page.text
    assert "no-cache" in page.headers["Cache-Control"]
    assert session.scalar(select(func.count()).select_from(Miss)) == 0
    session.rollback()
    sale = here.sale(code=code, phone_at=LATER - timedelta(minutes=1))
    assert outcomes(upload(client, here.phone, sale_row(sale), sent_at=LATER)) == ["created"]
    assert "手工皂" in client.get(f"/r/{code}").text


@one_database
def test_a_phone_does_not_fetch_slips_for_ever(client: FlaskClient, here: Stall) -> None:
    with unit_of_work() as work:
        given = [
            {"code": f"{number:012d}", "device_id": here.phone.device.id, "minted_at": NOW}
            for number in range(MOST_SLIPS)
        ]
        work.execute(insert(Slip), given)
    answer = client.post("/api/v1/slips", json={"have": 0}, headers=here.phone.headers)
    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")


@one_database
@pytest.mark.parametrize("body", [{}, {"have": -1}, {"have": "1"}, {"have": 1.5}, {"have": True}])
def test_how_many_there_are_is_a_number(
    client: FlaskClient, here: Stall, body: dict[str, object]
) -> None:
    answer = client.post("/api/v1/slips", json=body, headers=here.phone.headers)
    assert answer.status_code == 422
    assert answer.json is not None
    assert "have" in answer.json["title"]
