"""The payment code on the phone: put up at the desk, encoded anew, shown to phones of its day only."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.sales import CodePicture
from tests.factories import make_community
from tests.market_day import LATER
from tests.people import form_token, make_cast, post, sign_in
from tests.uploads import Stall, open_stall


@pytest.fixture
def here(app: Flask, client: FlaskClient) -> Iterator[Stall]:
    app.extensions["clock"] = lambda: LATER
    with app.app_context():
        stall = open_stall()
        sign_in(client, stall.day.cast.social_worker)
        yield stall


def _page(here: Stall) -> str:
    return f"/desk/{here.day.community.slug}/markets/{here.day.day.id}/payment-codes"


def _code(color: str = "black") -> bytes:
    raw = io.BytesIO()
    picture = Image.new("RGB", (300, 400), color)
    picture.save(raw, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0SECRETPLACE")
    return raw.getvalue()


def _put(client: FlaskClient, page: str, tender: str, raw: bytes) -> TestResponse:
    file = FileStorage(io.BytesIO(raw), filename="code.jpg")
    boundary, body = encode_multipart({"csrf_token": form_token(client), "photo": file})
    return client.post(
        f"{page}/{tender}/picture",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )


def _told(client: FlaskClient, here: Stall) -> dict[str, str | None]:
    answer = client.get("/api/v1/till", headers=here.phone.headers).json
    assert answer is not None
    return {one["tender"]: one["picture"] for one in answer["tenders"]}


def test_a_code_is_put_up_for_the_phones_of_its_day_and_taken_away(
    app: Flask, client: FlaskClient, here: Stall, session: Session
) -> None:
    assert set(_told(client, here).values()) == {None}
    assert _put(client, _page(here), "wechat", _code()).status_code == 303
    told = _told(client, here)
    assert told["alipay"] is None
    address = told["wechat"]
    assert address is not None
    phone = app.test_client()
    assert phone.get(address).status_code == 401
    phone.set_cookie("device", here.phone.token)
    shown = phone.get(address)
    assert shown.mimetype == "image/webp"
    assert "private, max-age=" in shown.headers["Cache-Control"]
    assert b"SECRETPLACE" not in shown.data
    assert phone.get(address.replace("wechat", "alipay")).status_code == 404
    assert client.get(f"{_page(here)}/wechat/picture.webp").data == shown.data
    assert post(client, f"{_page(here)}/wechat/removal").status_code == 303
    assert _told(client, here)["wechat"] is None
    kinds = session.scalars(select(AuditEvent.kind)).all()
    assert {"code_picture_put", "code_picture_taken_away"} <= set(kinds)


def test_what_is_no_picture_or_no_code_is_refused(
    client: FlaskClient, here: Stall, session: Session
) -> None:
    bad = _put(client, _page(here), "wechat", b"<svg onload=alert(1)>")
    assert bad.status_code == 422
    assert "打不开这张照片" in bad.text
    assert post(client, f"{_page(here)}/wechat/picture").status_code == 422
    for tender in ("cash", "other", "x"):
        assert _put(client, _page(here), tender, _code()).status_code == 404
    assert session.scalars(select(CodePicture.tender)).all() == []


def test_the_place_of_another_community_is_not_reached(
    app: Flask, client: FlaskClient, here: Stall
) -> None:
    with unit_of_work() as work:
        elsewhere = make_community(work, slug="elsewhere")
        stranger = make_cast(work, elsewhere).social_worker
    other = app.test_client()
    sign_in(other, stranger)
    page = f"/desk/elsewhere/markets/{here.day.day.id}/payment-codes"
    assert other.get(page).status_code == 404
    assert _put(other, page, "wechat", _code()).status_code == 404
    assert client.get(_page(here)).status_code == 200
