"""The live screen and the bulletin: kept totals, lanterns, nothing private, answered unchanged."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.proceeds.steps import EndWish, end_wish
from market.blueprints.public import poster
from market.extensions import unit_of_work
from market.models.ledger import Fund
from market.models.people import Person
from market.models.proceeds import Wish
from market.web import canvas
from tests.blueprints.public.conftest import ENGLISH, rendering
from tests.factories import NOW
from tests.lighting import agree, take_and_close, wish_of
from tests.market_day import Day, make_day
from tests.queries.statements import counting
from tests.refunds import recorded_sale

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def day(app: Flask) -> Day:
    """Soap for ¥15 sold four times: ¥42 for wishes, of which ¥40 count; wishes of ¥20, ¥15 and ¥7."""
    with app.app_context(), unit_of_work() as work:
        made = make_day(work, basis="B")
        wishes = [
            wish_of(work, made, cost, text=words, text_en=english)
            for cost, words, english in (
                (20_00, "想要一盒水彩", "Watercolours"),
                (15_00, "想学吹口琴", "To learn the harmonica"),
                (7_00, "想要一个风筝", "A kite"),
            )
        ]
        agree(work, made, *((wish, wish.cost_minor) for wish in wishes))
        for _ in range(4):
            recorded_sale(work, made)
        return made


def live(day: Day) -> str:
    return f"/markets/{day.day.slug}/live"


def told(client: FlaskClient, day: Day, **headers: str) -> dict[str, Any]:
    """What the screen's script is told."""
    found: dict[str, Any] | None = client.get(f"{live(day)}.json", headers=headers).json
    assert found is not None
    return found


def test_it_shows_what_was_taken_and_which_wishes_it_is_expected_to_light(
    client: FlaskClient, day: Day
) -> None:
    now = told(client, day)
    assert (now["income"], now["receipts"], now["expected"], now["lit"]) == ("¥60", "4", "2", "0")
    assert [(lamp["words"], lamp["state"], lamp["percent"]) for lamp in now["lamps"]] == [
        ("想要一盒水彩", "expected", 100),
        ("想学吹口琴", "expected", 100),
        ("想要一个风筝", "waiting", 71),
    ]
    page = client.get(live(day)).text
    for words in ("¥60", "预计点亮", "想要一个风筝", "截至"):
        assert words in page
    assert '<noscript><meta http-equiv="refresh"' in page


def test_the_last_closure_lights_the_lanterns(app: Flask, client: FlaskClient, day: Day) -> None:
    with app.app_context(), unit_of_work() as work:
        take_and_close(work, day, 0)
    now = told(client, day)
    assert [lamp["state"] for lamp in now["lamps"]] == ["lit"] * 3
    assert (now["stage"], now["lit"], now["expected"]) == ("closed", "3", "0")
    assert 'class="live-lamp live-lit"' in client.get(live(day)).text


@pytest.mark.parametrize("what", ["/live", "/live.json", "/bulletin", "/bulletin.svg"])
def test_it_is_answered_unchanged_without_being_made_again(
    app: Flask, client: FlaskClient, day: Day, session: Session, what: str
) -> None:
    address = f"/markets/{day.day.slug}{what}"
    first = client.get(address)
    assert "max-age" in first.headers["Cache-Control"]
    with rendering(app) as templates, counting(session) as asked:
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, templates, len(asked)) == (304, [], 1)
    with app.app_context(), unit_of_work() as work:
        recorded_sale(work, day)
    changed = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_the_screen_reads_kept_totals_and_never_the_sales(
    client: FlaskClient, day: Day, session: Session
) -> None:
    with counting(session) as asked:
        assert client.get(f"{live(day)}.json").status_code == 200
    assert not [one for one in asked if " sale_line" in one or "sale_position" in one]
    assert len(asked) <= 9
    # Only a refund that there is leads to its sale.
    assert all("FROM sale" not in one or "refund_claim" in one for one in asked)


def test_a_wish_that_may_not_be_shown_is_not_on_it(
    app: Flask, client: FlaskClient, day: Day
) -> None:
    with app.app_context(), unit_of_work() as work:
        code = told(client, day)["lamps"][0]["code"]
        wish = work.scalars(select(Wish).where(Wish.code == code)).one()
        end = EndWish(
            community_id=day.community.id, wish_id=wish.id, expired=False, note="家里另有安排"
        )
        end_wish(work, end, by_id=day.cast.social_worker.id, now=NOW)
    for what in ("/live", "/live.json", "/bulletin", "/bulletin.svg"):
        page = client.get(f"/markets/{day.day.slug}{what}").text
        assert "想要一盒水彩" not in page, what
        assert code not in page, what


@one_database
def test_nobody_is_named_on_it(client: FlaskClient, day: Day, session: Session) -> None:
    names = session.scalars(select(Person.name)).all()
    assert names
    for what in ("/live", "/live.json", "/bulletin", "/bulletin.svg"):
        answer = client.get(f"/markets/{day.day.slug}{what}")
        assert "Set-Cookie" not in answer.headers
        assert not [name for name in names if name in answer.text], what


@one_database
def test_it_speaks_english(client: FlaskClient, day: Day) -> None:
    now = told(client, day, **ENGLISH)
    assert now["lamps"][0]["words"] == "Watercolours"
    assert now["lamps"][0]["word"] == "Expected to light"
    page = client.get(f"/markets/{day.day.slug}/bulletin", headers=ENGLISH).text
    assert "Proceeds ¥60, 4 sales." in page


def test_a_market_among_members_only_is_not_led_to(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        quiet = make_day(work, basis="C")
        slug = quiet.day.slug
    assert slug not in client.get("/markets").text
    assert slug not in client.get("/").text
    page = client.get(f"/markets/{slug}/live")
    assert page.status_code == 200
    assert '<meta name="robots" content="noindex">' in page.text


@one_database
def test_a_day_without_a_plan_has_its_total(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        plain = make_day(work, basis="B")
        recorded_sale(work, plain)
        slug = plain.day.slug
    now = told(client, plain)
    assert (now["income"], now["lamps"]) == ("¥15", [])
    assert "都会变成一盏灯" in client.get(f"/markets/{slug}/live").text


@pytest.mark.parametrize("what", ["live", "live.json", "bulletin", "bulletin.png", "bulletin.svg"])
@one_database
def test_no_market_has_no_screen(client: FlaskClient, what: str) -> None:
    assert client.get(f"/markets/nowhere/{what}").status_code == 404


@one_database
def test_the_bulletin_has_words_to_send_on(client: FlaskClient, day: Day) -> None:
    page = client.get(f"/markets/{day.day.slug}/bulletin").text
    for words in (
        "义卖收入 ¥60，4 笔。",
        "预计还能点亮 2 个心愿：",
        "· 想要一盒水彩",
        f"http://localhost/markets/{day.day.slug}/live",
    ):
        assert words in page


@one_database
@pytest.mark.skipif(canvas.chinese_font() is None, reason="this system has no font with Chinese")
def test_the_picture_is_drawn_in_night_blue_and_lamp_gold(client: FlaskClient, day: Day) -> None:
    answer = client.get(f"/markets/{day.day.slug}/bulletin.png")
    assert answer.mimetype == "image/png"
    image = Image.open(io.BytesIO(answer.data))
    assert image.size == (canvas.WIDTH, poster.HEIGHT)
    # Nothing but the picture is in the file.
    assert set(image.info) <= {"transparency"}
    colours = {colour for _, colour in image.getcolors(1_000_000) or []}
    assert {canvas.LAMP, canvas.PAPER, canvas.INK} <= colours
    assert len(answer.data) < 250_000


@one_database
def test_without_a_font_the_page_shows_a_drawing(
    client: FlaskClient, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("market.blueprints.public.bulletin.chinese_font", lambda: None)
    page = client.get(f"/markets/{day.day.slug}/bulletin").text
    assert "bulletin.svg" in page
    assert client.get(f"/markets/{day.day.slug}/bulletin.png").status_code == 404
    drawing = client.get(f"/markets/{day.day.slug}/bulletin.svg")
    assert drawing.mimetype == "image/svg+xml"
    assert "¥60" in drawing.text
    assert "<script" not in drawing.text


def test_the_screen_and_the_fund_agree(app: Flask, client: FlaskClient, day: Day) -> None:
    with app.app_context(), unit_of_work() as work:
        take_and_close(work, day, 0)
        assert work.get_one(Fund, day.wishes.id).taken_minor == 42_00
    assert told(client, day)["lit"] == "3"


def test_lines_of_the_picture_break_where_they_may() -> None:
    assert canvas.wrapped("一二三四五", len, 2) == ["一二", "三四", "五"]
    assert canvas.wrapped("one two three", len, 8) == ["one two", "three"]
    assert canvas.wrapped("", len, 8) == []
