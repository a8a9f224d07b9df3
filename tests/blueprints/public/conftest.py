"""A market whose books anybody may look at, and who looks."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask, template_rendered

from market.domain.identifiers import uuid7
from market.domain.sales.sale import Sale
from market.extensions import unit_of_work
from tests.factories import NOW
from tests.market_day import make_day
from tests.refunds import close_day, recorded_sale, stage_of
from tests.wishes import allocate, make_open_wish

ENGLISH = {"Accept-Language": "en"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A closed day of basis B: soap for ¥15, a scarf of which ¥13 is net; ¥10 of it lit a wish."""

    market: str
    sale: Sale
    other_sale: Sale
    lit: str
    waiting: str
    community_id: int
    social_worker_id: int


@pytest.fixture
def told(app: Flask) -> Told:
    with app.app_context(), unit_of_work() as session:
        day = make_day(session, basis="B")
        slug, community_id, by_id = day.day.slug, day.community.id, day.cast.social_worker.id
        # One moment for both: their ids then say who came first.
        sale = recorded_sale(session, day, id=uuid7(NOW, secrets.token_bytes))
        other = recorded_sale(
            session,
            day,
            day.scarf,
            id=uuid7(NOW + timedelta(seconds=1), secrets.token_bytes),
            gift_minor=1_00,
        )
        close_day(session, day)
        session.expire_all()
        stage = stage_of(day)
        lit = make_open_wish(session, stage, 10_00, text="想要一盒水彩", text_en="Watercolours")
        waiting = make_open_wish(session, stage, 86_00, text="想学吹口琴")
        allocate(session, stage, (lit, 10_00))
        return Told(
            market=slug,
            sale=sale,
            other_sale=other,
            lit=lit.code,
            waiting=waiting.code,
            community_id=community_id,
            social_worker_id=by_id,
        )


@contextmanager
def rendering(app: Flask) -> Iterator[list[str]]:
    """The names of the templates that are rendered within the block."""
    names: list[str] = []

    def note(_app: Flask, *, template: object, **_: object) -> None:
        names.append(str(getattr(template, "name", "")))

    with template_rendered.connected_to(note, app):
        yield names
