"""The settings page of a community."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.people import Community
from tests.factories import make_community
from tests.people import make_person, post, sign_in

SAID = {
    "name": "灯笼街社区",
    "contact": "社工站，每天 9 点到 17 点",
    "small_refund": "50",
    "variance_reason": "0",
    "wish_ceiling": "２５０",
}


@pytest.fixture
def page(app: Flask, client: FlaskClient) -> str:
    """The page's address; its administrator is signed in."""
    with app.app_context(), unit_of_work() as work:
        here = make_community(work)
        person = make_person(work, here, Role.ADMINISTRATOR)
    sign_in(client, person)
    return f"/desk/{here.slug}/settings"


def test_what_is_settled_holds(client: FlaskClient, page: str, session: Session) -> None:
    assert 'value="300"' in client.get(page).text
    assert post(client, page, SAID).status_code == 303
    assert "灯笼街社区" in client.get(page).text
    kept = session.scalars(select(Community)).one()
    assert (kept.small_refund_minor, kept.variance_reason_minor) == (50_00, 0)
    assert kept.wish_ceiling_minor == 250_00


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": ""}, "还没有填写"),
        ({"contact": "长" * 201}, "文字太长了"),
        ({"small_refund": ""}, "还没有填写金额"),
        ({"small_refund": "-1"}, "金额不能是负数"),
        ({"small_refund": "一百"}, "没看懂这个金额"),
        ({"small_refund": "1000.01"}, "这一项最高可以设到 ¥1,000"),
        ({"variance_reason": "99999999999"}, "金额太大了"),
        ({"wish_ceiling": "0"}, "金额至少是 ¥1"),
        ({"wish_ceiling": "10000.01"}, "这一项最高可以设到 ¥10,000"),
    ],
)
def test_a_setting_that_is_wrong_comes_back_with_all_that_was_typed(
    client: FlaskClient, page: str, session: Session, said: dict[str, str], words: str
) -> None:
    typed = {**SAID, **said}
    answer = post(client, page, typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert "错误：" in answer.text
    assert all(f'value="{value}"' in answer.text for value in typed.values())
    assert session.scalars(select(Community.wish_ceiling_minor)).all() == [300_00]
