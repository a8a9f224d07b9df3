"""What a community settles for itself."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from market.actions.people import settings as acts
from market.actions.people.roles import NotAdministrator
from market.domain import money
from market.domain.errors import MarketError
from market.domain.text import TextMissing, TextTooLong
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.people import Community
from tests.factories import NOW
from tests.preparing import Place, make_place


@pytest.fixture
def place(app: Flask) -> Place:
    with app.app_context(), unit_of_work() as work:
        return make_place(work)


def change(app: Flask, place: Place, by_id: int, **overrides: Any) -> None:
    given = {
        "name": "灯笼街社区",
        "contact": "社工站",
        "small_refund_minor": 50_00,
        "variance_reason_minor": 0,
        "wish_ceiling_minor": 200_00,
    }
    command = acts.ChangeSettings(community_id=place.community.id, **{**given, **overrides})
    with app.app_context(), unit_of_work() as work:
        acts.change_settings(work, command, by_id=by_id, now=NOW)


def test_settings_hold_from_then_on_and_are_an_event(app: Flask, place: Place) -> None:
    change(app, place, place.cast.administrator.id)
    with app.app_context(), unit_of_work() as work:
        kept = work.get_one(Community, place.community.id)
        assert (kept.name, kept.contact) == ("灯笼街社区", "社工站")
        assert (kept.small_refund_minor, kept.variance_reason_minor) == (50_00, 0)
        assert kept.wish_ceiling_minor == 200_00
        event = work.scalars(select(AuditEvent)).one()
        assert event.kind == "settings_changed"
        assert event.subject["wish_ceiling"] == 200_00


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"name": " "}, TextMissing),
        ({"contact": "长" * 201}, TextTooLong),
        ({"small_refund_minor": -1}, money.AmountNegative),
        ({"small_refund_minor": 1_000_01}, acts.LimitTooHigh),
        ({"variance_reason_minor": 1_000_01}, acts.LimitTooHigh),
        ({"wish_ceiling_minor": 0}, money.AmountTooSmall),
        ({"wish_ceiling_minor": 10_000_01}, acts.LimitTooHigh),
        ({"wish_ceiling_minor": 1.5}, money.AmountNotWhole),
        ({"wish_ceiling_minor": "300"}, money.AmountNotWhole),
    ],
)
def test_a_limit_that_limits_nothing_is_refused(
    app: Flask, place: Place, said: dict[str, Any], error: type[MarketError]
) -> None:
    with pytest.raises(error):
        change(app, place, place.cast.administrator.id, **said)
    with app.app_context(), unit_of_work() as work:
        assert work.get_one(Community, place.community.id).wish_ceiling_minor == 300_00


def test_only_an_administrator_of_this_community_settles(app: Flask, place: Place) -> None:
    with app.app_context(), unit_of_work() as work:
        other = make_place(work)
    for nobody in (place.cast.social_worker, place.cast.treasurer, other.cast.administrator):
        with pytest.raises(NotAdministrator):
            change(app, place, nobody.id)
