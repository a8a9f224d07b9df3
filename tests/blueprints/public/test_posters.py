"""Posters: a picture for whatever may be seen, and none of what may not."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from PIL import Image

from market.web import canvas
from tests.blueprints.public.conftest import Told

lettered = pytest.mark.skipif(
    canvas.chinese_font() is None, reason="this system has no font with Chinese"
)


@lettered
def test_the_wall_a_wish_and_a_market_have_a_picture_nobody_keeps(
    client: FlaskClient, told: Told
) -> None:
    for page in ("", f"/wishes/{told.lit}", f"/markets/{told.market}"):
        assert f"{page}/poster.png" in client.get(f"{page}/poster").text
        answer = client.get(f"{page}/poster.png")
        with Image.open(io.BytesIO(answer.data)) as image:
            assert image.size == (1080, 1440)
        assert len(answer.data) < 400_000
        said = answer.headers["Cache-Control"]
        assert "immutable" not in said
        assert answer.cache_control.max_age is not None
        assert answer.cache_control.max_age <= 30


def test_a_page_tells_other_apps_its_title_and_its_poster(client: FlaskClient, told: Told) -> None:
    page = client.get(f"/wishes/{told.lit}").text
    assert '<meta property="og:title" content="想要一盒水彩' in page
    if canvas.chinese_font():
        assert f'content="http://localhost/wishes/{told.lit}/poster.png"' in page
    assert "og:title" not in client.get(f"/wishes/{told.lit}/poster").text


def test_a_receipt_is_drawn_from_the_sale_to_its_wish(client: FlaskClient, told: Told) -> None:
    page = client.get(f"/r/{told.sale.code}").text
    river = page[page.index('<ol class="flow">') :]
    assert river.index("您付的") < river.index("微心愿专款") < river.index("想要一盒水彩")
    assert '<path class="tone-wishes"' in river
    if canvas.chinese_font():
        picture = client.get(f"/r/{told.sale.code}/trace.png")
        assert picture.mimetype == "image/png"


def test_what_is_not_shown_has_no_poster(client: FlaskClient) -> None:
    for address in ("/wishes/W-AAAA/poster", "/wishes/W-AAAA/poster.png", "/markets/no/poster.png"):
        answer = client.get(address)
        assert (answer.status_code, "这里没有心愿" in answer.text) == (404, True)


def test_where_no_font_has_chinese_the_page_offers_words_instead(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("market.blueprints.public.posters.chinese_font", lambda: None)
    page = client.get("/poster").text
    assert "这里还没有图" in page
    assert '<img class="bulletin-picture"' not in page
    assert client.get("/poster.png").status_code == 404


def test_no_word_is_left_alone_on_a_line() -> None:
    assert canvas.balanced("一二三四五", len, 4) == ["一二三", "四五"]
