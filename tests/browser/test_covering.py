"""Covering faces in a real browser: what arrives is black where somebody tapped, and no phone sends the rest."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.models.public import AlbumPicture
from market.models.sales import MarketDay as MarketDayRow
from tests.browser.conftest import PASSWORD, PHONE, MarketDay
from tests.serving import Server

YELLOW = (255, 221, 136)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_face_is_covered_on_the_phone_before_anything_is_sent(
    server: Server, browser: Browser, market_day: MarketDay, session: Session
) -> None:
    market_id = session.scalars(select(MarketDayRow.id)).one()
    session.rollback()
    raw = io.BytesIO()
    Image.new("RGB", (1600, 1200), YELLOW).save(raw, "JPEG")
    with browser.new_context(locale="zh-CN", viewport=PHONE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{server.url}/sign-in")
        page.fill("[name=username]", market_day.cast.social_worker.username)
        page.fill("[name=password]", PASSWORD)
        page.locator("main button[type=submit]").click()
        page.goto(f"{server.url}/desk/{market_day.community}/markets/{market_id}/album")
        photo = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": raw.getvalue()}
        page.set_input_files("#chooser", photo)  # type: ignore[arg-type]
        layer = page.locator(".cover-layer")
        expect(layer).to_be_visible()
        room = layer.bounding_box()
        assert room
        layer.click(position={"x": room["width"] / 2, "y": room["height"] / 2})
        page.keyboard.press("+")
        expect(page.locator(".cover-said")).to_have_text("遮了 1 处")
        page.fill("[name=caption]", "理发摊")
        for promise in page.locator("[name=promises]").all():
            promise.check()
        page.get_by_role("button", name="传遮好的这一份").click()
        expect(page.locator(".flashes")).to_contain_text("传好了")
    kept = session.scalars(select(AlbumPicture)).one()
    with Image.open(io.BytesIO(kept.webp)) as image:
        shown = image.convert("RGB")
    middle = shown.getpixel((shown.width // 2, shown.height // 2))
    assert (shown.size, middle) == ((1280, 960), (0, 0, 0))
    corner = shown.getpixel((5, 5))
    assert all(abs(one - wanted) < 8 for one, wanted in zip(corner, YELLOW, strict=True))  # type: ignore[arg-type]
