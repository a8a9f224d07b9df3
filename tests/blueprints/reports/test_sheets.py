"""Lists as files: CSV that spreadsheets read as UTF-8 and never run, XLSX whose numbers are numbers."""

from __future__ import annotations

import csv
import io
import re
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.extensions import unit_of_work
from market.web import sheets
from tests.market_day import Day
from tests.people import sign_in
from tests.refunds import stage_of
from tests.wishes import enter, make_open_wish


@pytest.fixture
def treasurer(client: FlaskClient, day: Day) -> FlaskClient:
    sign_in(client, day.cast.treasurer)
    return client


def sales_of(day: Day) -> str:
    return f"/desk/{day.community.slug}/markets/{day.day.id}/sales"


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_csv_carries_the_mark_of_utf_8_and_the_rows_of_the_filter(
    treasurer: FlaskClient, day: Day
) -> None:
    answer = treasurer.get(f"{sales_of(day)}?state=voided&format=csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = rows_of(answer.data)
    assert [(row["状态"], row["作废原因"], row["实收"]) for row in rows] == [
        ("已作废", "点错了", "15.00")
    ]
    assert len(rows_of(treasurer.get(f"{sales_of(day)}?format=csv").data)) == 5


@pytest.mark.parametrize(
    "typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x"]
)
def test_what_somebody_typed_is_never_a_formula(typed: str) -> None:
    assert sheets.harmless(typed) == f"'{typed}"


def test_plain_words_and_numbers_stay_as_they_are() -> None:
    assert sheets.harmless("手工皂×2") == "手工皂×2"
    assert sheets.harmless("3-5 元") == "3-5 元"


def test_the_numbers_of_an_xlsx_are_numbers_and_text_is_no_formula(
    app: Flask, treasurer: FlaskClient, day: Day
) -> None:
    with app.app_context(), unit_of_work() as work:
        work.merge(day.stall).name = "=1+1"
    answer = treasurer.get(f"{sales_of(day)}?format=xlsx")
    with ZipFile(io.BytesIO(answer.data)) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
        meanings = book.read("xl/worksheets/sheet2.xml").decode()
    assert "<f>" not in page
    assert "=1+1" in page
    # 围巾 and 团扇 at ¥60 and ¥30, of which the weaver is owed ¥48 and ¥20.
    assert re.search(r"<v>90.00</v>.*<v>68.00</v>.*<v>22.00</v>", page)
    assert "<t>口径</t>" in meanings


def test_a_file_of_too_many_rows_asks_for_a_narrower_filter(
    treasurer: FlaskClient, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    answer = treasurer.get(f"{sales_of(day)}?format=csv")
    assert answer.status_code == 409
    assert "超过 2 行" in answer.text


def test_another_format_is_the_page(treasurer: FlaskClient, day: Day) -> None:
    answer = treasurer.get(f"{sales_of(day)}?format=exe")
    assert answer.mimetype == "text/html"


def test_the_file_of_wishes_says_nothing_that_the_public_may_not_read(
    app: Flask, treasurer: FlaskClient, day: Day
) -> None:
    with app.app_context(), unit_of_work() as work:
        stage = stage_of(day)
        draft = enter(work, stage, text="想要一双三十四码的跑鞋")
        shown = make_open_wish(work, stage, text="想要一盒水彩")
        reference = draft.consent_ref
        codes = {draft.code, shown.code}
    answer = treasurer.get(f"/desk/{day.community.slug}/wishes?format=csv")
    rows = {row["编号"]: row for row in rows_of(answer.data)}
    assert codes <= rows.keys()
    assert "跑鞋" not in answer.text
    assert reference not in answer.text
    assert rows[shown.code]["内容"] == "想要一盒水彩"
    assert rows[shown.code]["还差"] == "86.00"


def test_every_list_goes_along_in_both_formats(treasurer: FlaskClient, day: Day) -> None:
    desk = f"/desk/{day.community.slug}"
    for page in (
        "journal",
        "accounts",
        "moves?show=all",
        "refunds",
        "wishes",
        "wishes?show=over",
        "reports/allocations",
        f"markets/{day.day.id}/sales",
    ):
        sign = "&" if "?" in page else "?"
        listed = treasurer.get(f"{desk}/{page}{sign}format=csv")
        assert listed.data.startswith(b"\xef\xbb\xbf"), page
        assert treasurer.get(f"{desk}/{page}{sign}format=xlsx").data.startswith(b"PK"), page


def test_a_list_leads_to_its_file_with_its_filter_and_without_its_page(
    treasurer: FlaskClient, day: Day
) -> None:
    page = treasurer.get(f"{sales_of(day)}?state=all&page=1").text
    assert f'href="{sales_of(day)}?state=all&amp;format=csv"' in page
