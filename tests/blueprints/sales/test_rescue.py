"""Rescue at the desk: what a phone wrote down is looked at, and taken in once under its own name."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from market.extensions import unit_of_work
from market.models.sales import Device
from market.models.sales import Sale as Recorded
from market.queries.ledger.check import check_community
from tests.market_day import LATER, kept_totals, recorded
from tests.people import post, sign_in
from tests.uploads import Row, Stall, open_stall, outcomes, sale_row, upload, void_of, void_row


@pytest.fixture
def here(app: Flask) -> Iterator[Stall]:
    app.extensions["clock"] = lambda: LATER
    with app.app_context():
        yield open_stall()


def written_down(here: Stall, *rows: Row) -> str:
    """The block that the phone's own program writes."""
    device = here.phone.device
    lines = [f"MARKET-RESCUE/1 {device.letter} {device.id} 1/1 {len(rows)}"]
    for row in rows:
        sent = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
        lines.append(base64.urlsafe_b64encode(sent).decode().rstrip("="))
    end = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    return "\n".join([*lines, f"END {end}"])


def test_a_phone_that_was_shown_out_loses_nothing(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    known, fresh, undone = here.sale(), here.sale(here.day.scarf), here.sale()
    upload(client, here.phone, sale_row(known), unsent=9)
    with unit_of_work() as work:
        work.get_one(Device, here.phone.device.id).revoked_at = LATER
    void = void_of(undone, sequence=undone.sequence + 1)
    unknown = sale_row(here.sale(), hash="0" * 64)
    rows = [sale_row(known), sale_row(fresh), sale_row(undone), void_row(void), unknown]
    text = f"小芳 14:32\n{written_down(here, *rows)}\n谢谢"
    desk = f"/desk/{here.day.community.slug}/rescue"
    sign_in(client, here.day.cast.social_worker)
    # A field of one line would run the lines together.
    assert "<textarea" in client.get(desk).text
    looked = post(client, desk, {"text": text})
    assert looked.status_code == 200
    assert "新的 3 笔，共 ¥75；本来就有 1 笔；待核对 1 笔。" in unescape(looked.text)
    assert recorded(session, here.day.till.id) == 1
    for _ in range(2):
        assert post(client, f"{desk}/rows", {"text": text}).status_code == 303
    session.rollback()
    assert kept_totals(session, here.day.till.id) == {"cash": (2, 75_00, 27_00)}
    assert session.get_one(Recorded, fresh.id).device_id == here.phone.device.id
    device = session.get_one(Device, here.phone.device.id)
    assert (device.unsent, device.last_sequence) == (5, void.sequence)
    assert all(found.holds for found in check_community(session, here.day.community.id))


def test_what_is_damaged_is_named_by_its_line_and_stays_in_the_field(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    whole = written_down(here, sale_row(here.sale()), sale_row(here.sale()))
    lines = whole.split("\n")
    damaged = "\n".join([lines[0], lines[1], lines[2][:60], lines[3]])
    desk = f"/desk/{here.day.community.slug}/rescue"
    sign_in(client, here.day.cast.treasurer)
    page = unescape(post(client, desk, {"text": damaged}).text)
    assert "第 3 行：这一行缺了字或者改了字" in page
    assert damaged in page.replace("\r\n", "\n")
    assert post(client, f"{desk}/rows", {"text": damaged}).status_code == 303
    session.rollback()
    assert recorded(session, here.day.till.id) == 1
    for wrong in ("没有记录", "MARKET-RESCUE/1 Q 999999 1/1 0\nEND 0"):
        refused = post(client, desk, {"text": wrong})
        assert refused.status_code == 422
        assert wrong in unescape(refused.text)


def test_a_thousand_rows_are_taken_in_at_once(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    rows = [sale_row(here.sale()) for _ in range(1_000)]
    sign_in(client, here.day.cast.social_worker)
    desk = f"/desk/{here.day.community.slug}/rescue"
    assert post(client, f"{desk}/rows", {"text": written_down(here, *rows)}).status_code == 303
    session.rollback()
    assert recorded(session, here.day.till.id) == 1_000
    assert outcomes(upload(client, here.phone, rows[0])) == ["exists"]
