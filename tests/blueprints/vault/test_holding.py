"""A neighbour says on the public page that they bring it; the telephone goes into the vault alone."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from market.domain.identity.files import FileKind
from market.domain.proceeds.hold import MOST_UNCONFIRMED
from market.domain.proceeds.wish import WishKind
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.people import Person
from market.models.proceeds import Wish, WishHold
from market.vault.files import files_of
from market.vault.store import Vault
from tests.factories import NOW
from tests.people import form_token, post, sign_in
from tests.vaults import with_vault
from tests.wishes import TODAY, Stage, allocate, make_open_wish, make_stage

SQLITE = pytest.mark.parametrize(("databases", "vaults"), [("sqlite", "sqlite")], indirect=True)
BOTH = pytest.mark.parametrize(
    ("databases", "vaults"), [("sqlite", "sqlite"), ("postgresql", "postgresql")], indirect=True
)
TYPED = {"called": "桂花巷的苏阿姨", "phone": "１３８ 0013-8009"}
PHONE = "13800138009"
TRIES = 32
AT_ONCE = 8
"""As many as a server answers at a time."""


@pytest.fixture
def stage(app: Flask, vault: Vault) -> Stage:
    app.extensions["clock"] = lambda: NOW
    with with_vault(app, vault).app_context(), unit_of_work() as work:
        return make_stage(work, laid_minor=300_00)


@pytest.fixture
def wish(app: Flask, stage: Stage) -> Wish:
    with app.app_context(), unit_of_work() as work:
        return make_open_wish(work, stage)


def signed(app: Flask, person: Person) -> FlaskClient:
    client = app.test_client()
    sign_in(client, person)
    return client


def holds(app: Flask) -> int:
    with app.app_context(), unit_of_work() as work:
        return work.scalar(select(func.count()).select_from(WishHold)) or 0


def contacts(vault: Vault, stage: Stage) -> int:
    with vault.reading() as opened:
        return len(files_of(opened, stage.community.id, FileKind.HOLD_CONTACT))


@SQLITE
def test_a_hold_goes_from_the_public_page_to_the_hand_over(
    app: Flask, client: FlaskClient, stage: Stage, wish: Wish
) -> None:
    public, page = f"/wishes/{wish.code}", f"/wishes/{wish.code}/hold"
    assert f'href="{page}"' in client.get(public).text
    asked = client.get(page).text
    for promise in ("2 天内打电话", "不送到家里", "认领自动过期"):
        assert promise in asked
    nobody = client.post(page, data=TYPED)
    assert (nobody.status_code, holds(app)) == (400, 0), "a form from elsewhere asks for nothing"
    wrong = post(client, page, TYPED | {"phone": "一三八"})
    assert (wrong.status_code, TYPED["called"] in wrong.text, "打得通" in wrong.text) == (
        422,
        True,
        True,
    )
    reference = re.findall(r'name="reference" value="([^"]+)"', wrong.text)[0]
    sent = TYPED | {"reference": reference}
    assert post(client, page, sent).status_code == 303
    assert post(client, page, sent).status_code == 303, "two taps ask once"
    assert holds(app) == 1
    shown = client.get(public).text
    assert ("有人认领了" in shown, page in shown, PHONE in shown) == (True, False, False)
    late = post(app.test_client(), page, TYPED)
    assert (late.status_code, "刚刚有人认领了" in late.text) == (409, True)

    worker = signed(app, stage.cast.social_worker)
    desk = f"/desk/{stage.community.slug}"
    hold = f"{desk}/wishes/{wish.id}/hold"
    [contact] = re.findall(rf"{desk}/vault/holds/\d+", worker.get(hold).text)
    unread = worker.get(contact).text
    assert not [said for said in (PHONE, TYPED["called"]) if said in unread]
    opened = post(worker, f"{contact}/readings")
    assert [PHONE in opened.text, TYPED["called"] in opened.text] == [True, True]
    assert opened.headers["Cache-Control"] == "private, no-store"
    with app.app_context(), unit_of_work() as work:
        read = work.scalars(select(AuditEvent.subject).where(AuditEvent.kind == "vault_read"))
        assert [subject["purpose"] for subject in read] == ["contact"]
    assert signed(app, stage.cast.treasurer).get(contact).status_code == 403
    soon = {"bring_on": (TODAY + timedelta(days=3)).isoformat()}
    assert post(worker, f"{hold}/confirmation", soon).status_code == 303
    assert post(worker, f"{hold}/receipt", {"evidence": "收条 1 号"}).status_code == 303
    delivery = f"{desk}/wishes/{wish.id}/delivery"
    assert post(worker, delivery, {"evidence": "签收单 1 号"}).status_code == 303
    assert "已实现" in client.get(public).text


@SQLITE
def test_unconfirmed_it_lapses_and_somebody_else_may_ask(
    app: Flask, client: FlaskClient, stage: Stage, wish: Wish, vault: Vault
) -> None:
    page = f"/wishes/{wish.code}/hold"
    post(client, page, TYPED)
    app.extensions["clock"] = lambda: NOW + timedelta(days=3)
    assert 'name="phone"' in client.get(page).text
    assert post(app.test_client(), page, TYPED).status_code == 303
    assert (holds(app), contacts(vault, stage)) == (2, 2)


@SQLITE
def test_only_a_thing_that_waits_without_money_can_be_asked_for(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context(), unit_of_work() as work:
        funded = make_open_wish(work, stage)
        allocate(work, stage, (funded, 10_00))
        lesson = make_open_wish(work, stage, kind=WishKind.LEARNING)
    for wish in (funded, lesson):
        page = f"/wishes/{wish.code}/hold"
        assert page not in client.get(f"/wishes/{wish.code}").text
        assert client.get(page).location == f"/wishes/{wish.code}"
        assert post(client, page, TYPED).status_code == 409
    assert holds(app) == 0


@SQLITE
def test_codes_cannot_be_tried_and_a_wrong_one_looks_like_any_gone_wish(
    client: FlaskClient, stage: Stage
) -> None:
    assert stage.community.id
    gone = client.get("/wishes/W-NOSUCH").data
    assert client.get("/wishes/W-NOSUCH/hold").data == gone
    assert post(client, "/wishes/W-NOSUCH/hold", TYPED).data == gone
    statuses = {client.get(f"/wishes/W-{number}/hold").status_code for number in range(205)}
    assert statuses == {404, 429}
    assert client.get("/").status_code == 200


@SQLITE
def test_with_the_vault_closed_the_page_says_so_and_nothing_is_lost(
    app: Flask, client: FlaskClient, wish: Wish, vault: Vault
) -> None:
    urls = (vault.files_engine.url.render_as_string(), vault.keys_engine.url.render_as_string())
    app.extensions["vault"] = Vault(*urls, "")
    page = f"/wishes/{wish.code}/hold"
    asked = client.get(page)
    assert (asked.status_code, "网上登记暂停" in asked.text) == (503, True)
    assert "VAULT_KEY" not in asked.text
    sent = post(client, page, TYPED)
    assert (sent.status_code, "还没有登记" in sent.text) == (503, True)
    assert [said in sent.text for said in TYPED.values()] == [True, True]
    assert holds(app) == 0
    app.extensions["vault"] = vault
    assert post(client, page, TYPED).status_code == 303


@SQLITE
def test_no_more_may_wait_than_can_be_telephoned(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context(), unit_of_work() as work:
        codes = [make_open_wish(work, stage).code for _ in range(MOST_UNCONFIRMED + 1)]
    said = [post(client, f"/wishes/{code}/hold", TYPED) for code in codes]
    assert [one.status_code for one in said] == [303] * MOST_UNCONFIRMED + [409]
    assert "请过一两天再来" in said[-1].text


@BOTH
def test_of_many_neighbours_at_once_one_holds_it(
    app: Flask, stage: Stage, wish: Wish, vault: Vault
) -> None:
    page, together = f"/wishes/{wish.code}/hold", Barrier(AT_ONCE)
    clients = [app.test_client() for _ in range(TRIES)]
    tokens = [form_token(client) for client in clients]

    def some(worker: int) -> list[int]:
        together.wait()
        mine = range(worker, TRIES, AT_ONCE)
        return [
            clients[one].post(page, data=TYPED | {"csrf_token": tokens[one]}).status_code
            for one in mine
        ]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = sorted(chain.from_iterable(pool.map(some, range(AT_ONCE))))
    assert statuses == [303] + [409] * (TRIES - 1)
    assert (holds(app), contacts(vault, stage)) == (1, 1)
