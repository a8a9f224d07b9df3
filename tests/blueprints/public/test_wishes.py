"""A wish that may not be shown leaves no trace of itself, and the sums stay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from market.actions.proceeds.consents import WithdrawConsents, withdraw_consents
from market.domain.proceeds.consent import Purpose
from market.extensions import unit_of_work
from market.models.proceeds import Wish, WishStep
from tests.blueprints.public.conftest import Told
from tests.factories import NOW

NEVER = "W-ZZZZ"


def take_back(app: Flask, told: Told, code: str) -> None:
    """The guardian withdraws the consent to publish the words."""
    with app.app_context(), unit_of_work() as session:
        wish = session.scalars(select(Wish).where(Wish.code == code)).one()
        withdraw_consents(
            session,
            WithdrawConsents(
                community_id=told.community_id,
                reference=wish.consent_ref,
                purposes=frozenset({Purpose.PUBLISH_TEXT}),
            ),
            by_id=told.social_worker_id,
            now=NOW,
        )


def set_state(app: Flask, code: str, state: str) -> None:
    with app.app_context(), unit_of_work() as session:
        session.execute(update(Wish).where(Wish.code == code).values(state=state))


def test_withdrawn_expired_and_never_existed_are_one_and_the_same_page(
    app: Flask, client: FlaskClient, told: Told
) -> None:
    take_back(app, told, told.lit)
    set_state(app, told.waiting, "expired")
    pages = []
    for code in (NEVER, told.lit, told.waiting):
        answer = client.get(f"/wishes/{code}")
        # The address alone tells them apart: it stands in the links to other languages.
        body = answer.text.replace(code, NEVER)
        # And each answer has a number of its own in our log.
        headers = {name: said for name, said in answer.headers if name != "X-Request-ID"}
        pages.append((answer.status_code, body, headers))
    assert pages[0][0] == 404
    assert pages[1] == pages[0]
    assert pages[2] == pages[0]


def test_a_withdrawal_reaches_every_page_at_once_and_a_receipt_keeps_its_sum(
    app: Flask, client: FlaskClient, told: Told
) -> None:
    pages = ["/", f"/r/{told.sale.code}", f"/markets/{told.market}", f"/wishes/{told.lit}"]
    etags = {page: client.get(page).headers["ETag"] for page in pages}
    take_back(app, told, told.lit)
    for page, etag in etags.items():
        answer = client.get(page, headers={"If-None-Match": etag})
        assert answer.status_code != 304, page
        for word in ("想要一盒水彩", "Watercolours", told.lit):
            assert page.startswith("/wishes") or word not in answer.text, page
    receipt = client.get(f"/r/{told.sale.code}").text
    assert "一个已经点亮的心愿" in receipt
    assert "¥10" in receipt
    assert "另有 1 个心愿，内容不再展示" in client.get(f"/markets/{told.market}").text


def test_a_wish_shows_its_cost_its_steps_and_who_lit_it(client: FlaskClient, told: Told) -> None:
    lit = client.get(f"/wishes/{told.lit.lower()}").text
    for said in (
        "想要一盒水彩",
        "一套画笔",
        "¥10",
        "由 1 张小票一起点亮",
        f"/markets/{told.market}",
    ):
        assert said in lit, said
    assert "等待下一次市集点亮" in client.get(f"/wishes/{told.waiting}").text


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_step_is_dated_by_the_communitys_day(app: Flask, client: FlaskClient, told: Told) -> None:
    """Half past eleven in the evening in Greenwich is the next morning in Nanjing."""
    late = datetime(2026, 12, 24, 23, 30, tzinfo=UTC)
    with app.app_context(), unit_of_work() as session:
        wish = session.scalars(select(Wish).where(Wish.code == told.lit)).one()
        wish.state, wish.changed_at = "bought", late
        session.add(
            WishStep(
                wish_id=wish.id,
                state="bought",
                evidence="",
                note="",
                by_id=told.social_worker_id,
                at=late,
            )
        )
    page = client.get(f"/wishes/{told.lit}").text
    assert "2026年12月25日" in page
    assert "2026年12月24日" not in page
    assert "2026年12月25日" in client.get("/").text


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_nothing_of_an_unlit_wish_appeals(client: FlaskClient, told: Told) -> None:
    for address in ("/", f"/wishes/{told.waiting}"):
        page = client.get(address).text
        for word in ("捐款", "困难", "贫困", "献爱心", "立即"):
            assert word not in page, (address, word)
