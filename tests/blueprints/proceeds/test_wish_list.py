"""Thirty wishes from a spreadsheet: what can go in goes in once, the rest stays to be mended."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from market.extensions import unit_of_work
from market.models.proceeds import Wish, WishCost
from tests.people import form_token, post, sign_in
from tests.wishes import Stage, make_stage

HEADING = "姓名,种类,心愿,买什么,多少钱,主题,同意书编号"
GOOD = [f",物品,想要第 {number} 盒水彩,水彩,{10 + number},画画手工," for number in range(27)]
BAD = [
    ",物品,我叫王小明，想要一个足球,足球,40,运动,",
    ",物品,想要一部手机,手机,200,日常用品,",
    ",物品,想要一本书,书,30,读书,T-7K3P-9QXM",
]


@pytest.fixture
def stage(app: Flask, client: FlaskClient) -> Stage:
    with app.app_context(), unit_of_work() as work:
        made = make_stage(work)
    sign_in(client, made.cast.social_worker)
    return made


def table(*rows: str) -> str:
    return "\n".join([HEADING, *rows]).replace("我叫王小明，", "我叫王小明 ")


def look(client: FlaskClient, stage: Stage, file: bytes, name: str = "心愿.csv") -> TestResponse:
    return client.post(
        f"/desk/{stage.community.slug}/wishes/list",
        data={"file": (io.BytesIO(file), name), "text": "", "csrf_token": form_token(client)},
        content_type="multipart/form-data",
    )


def fields(page: TestResponse) -> dict[str, str]:
    """What the rows' form would send."""
    found = dict(re.findall(r'name="(\w+_\d+|rows)" value="([^"]*)"', page.text))
    chosen = re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page.text, re.S)
    for name, options in chosen:
        picked = re.search(r'value="([^"]*)" selected', options)
        found[name] = picked[1] if picked else ""
    ticked = re.findall(r'name="(skip_\d+)" value="y" checked', page.text)
    return {n: v for n, v in found.items() if not n.startswith("skip_") or n in ticked}


def take_in(client: FlaskClient, stage: Stage, typed: dict[str, str]) -> TestResponse:
    return post(client, f"/desk/{stage.community.slug}/wishes/list/rows", typed)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_good_rows_go_in_once_and_the_others_stay_to_be_mended(
    client: FlaskClient, stage: Stage, session: Session, encoding: str
) -> None:
    seen = look(client, stage, table(*GOOD, *BAD).encode(encoding))
    assert seen.status_code == 200
    assert "27 行可以记下" in seen.text
    assert "3 行要改" in seen.text
    assert "<mark>王小明</mark>" in seen.text
    assert "请把名字、小名改成" in seen.text
    assert "一次上机体验" in seen.text
    assert "没有找到这个同意书编号" in seen.text
    assert "姓名" in seen.text
    assert session.scalar(select(func.count(Wish.id))) == 0

    typed = fields(seen)
    for kept in (take_in(client, stage, typed), take_in(client, stage, typed)):
        assert kept.status_code == 200
        assert "3 行要改" in kept.text
        assert all(f'value="{row.split(",")[2]}"' in kept.text for row in BAD[1:])
        session.rollback()
        assert session.scalar(select(func.count(Wish.id))) == 27
    assert session.scalar(select(func.sum(WishCost.amount_minor))) == sum(
        (10 + number) * 100 for number in range(27)
    )

    mended = fields(kept) | {
        "text_0": "想要一个足球",
        "text_1": "想要一副跳棋",
        "costs_1": "跳棋",
        "reference_2": "",
    }
    done = take_in(client, stage, mended)
    assert done.status_code == 303
    assert done.location.endswith("/wishes?task=read")
    assert take_in(client, stage, mended).status_code == 303
    session.rollback()
    assert session.scalar(select(func.count(Wish.id))) == 30
    assert set(session.scalars(select(Wish.state))) == {"draft"}

    again = look(client, stage, table(GOOD[0], ",物品,想要一盒水彩,水彩,45,,").encode())
    assert "和心愿 W-" in again.text
    nothing = take_in(client, stage, fields(again) | {"skip_1": "y"})
    assert nothing.status_code == 422
    assert "一行也没有留下" in nothing.text


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_file_that_cannot_be_read_gets_a_sentence_and_the_template_can(
    client: FlaskClient, stage: Stage
) -> None:
    for broken in (b"PK\x03\x04 not a workbook", b"\0\1\2\3", b""):
        said = look(client, stage, broken, "心愿.xlsx")
        assert said.status_code == 422
        assert "field-error" in said.text
    address = f"/desk/{stage.community.slug}/wishes/list/template"
    empty = client.get(f"{address}?format=csv")
    header = empty.data.decode("utf-8-sig").strip()
    filled = f"{header}\n物品,想要一盒水彩,水彩 45；画纸 15,,,,,"
    assert "1 行可以记下" in look(client, stage, filled.encode()).text
    assert client.get(address, follow_redirects=True).data.startswith(b"PK")
