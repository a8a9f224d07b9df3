"""What goes to an office: covered pictures that two people saw, figures with their 口径, no list of children."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from market.models.public import AlbumPicture
from market.queries.public.disclosures import figures_of_day
from tests.market_day import Day
from tests.people import post, sign_in

PROMISES = ["agreed", "covered", "nothing"]
SAFE = {"face": "no", "told": "no", "agreed": "yes"}
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def test_a_picture_goes_along_only_after_a_second_person_saw_it(
    app: Flask, client: FlaskClient, day: Day, session: Session
) -> None:
    market = f"/desk/{day.community.slug}/markets/{day.day.id}"
    sign_in(client, day.cast.social_worker)
    assert _send(client, market, PROMISES[:2]).status_code == 422
    assert _send(client, market, PROMISES).status_code == 303
    kept = session.scalars(select(AlbumPicture)).one()
    assert b"Exif" not in kept.webp
    look = f"/desk/{day.community.slug}/album/{kept.id}"
    assert post(client, look, SAFE).status_code == 403
    assert _names(client, market) == ["活动简报.docx", "数据和口径.xlsx"]
    second = app.test_client()
    sign_in(second, day.cast.reviewer)
    assert post(second, look, {**SAFE, "face": "yes"}).status_code == 422
    assert post(second, look, SAFE).status_code == 303
    assert _names(client, market) == ["活动简报.docx", "数据和口径.xlsx", "照片/1.jpg"]
    assert post(second, f"{look}/removal", {}).status_code == 303
    assert second.get(f"{look}/picture").status_code == 404


def test_the_brief_can_be_edited_and_its_figures_are_the_ledger_s(
    client: FlaskClient, day: Day, session: Session
) -> None:
    market = f"/desk/{day.community.slug}/markets/{day.day.id}"
    sign_in(client, day.cast.treasurer)
    figures = figures_of_day(session, day.day.slug)
    assert figures
    document = Document(io.BytesIO(client.get(f"{market}/package.docx").data))
    table = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert table["小票"] == str(figures.receipts)
    assert any("不附名单" in one.text for one in document.paragraphs)
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{market}/package.xlsx").data))
    rows = book.get_sheet_by_name("数据").to_python()
    told = {row[0]: row for row in rows}
    assert told["义卖收入"][1] == figures.income_minor / 100
    assert all(row[3] for row in rows[1:])
    assert "为什么没有儿童名单" in client.get(f"{market}/package").text


def _send(client: FlaskClient, market: str, promises: list[str]) -> TestResponse:
    raw = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (64, 48), "white").save(raw, "JPEG", exif=exif)
    fields = {
        "caption": "摊位",
        "promises": promises,
        "photo": (io.BytesIO(raw.getvalue()), "covered.jpg"),
    }
    return post(client, f"{market}/album", fields)


def _names(client: FlaskClient, market: str) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(client.get(f"{market}/package.zip").data)) as box:
        return box.namelist()
