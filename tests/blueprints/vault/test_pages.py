"""The vault's pages: labels alone until a purpose is tapped, and the chain knows before anybody reads."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from market.blueprints.vault import opening
from market.domain.identity.reading import EVENT
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.people import Person
from market.models.proceeds import ConsentWithdrawal, Wish
from market.vault.store import Vault
from tests.people import post, sign_in
from tests.vaults import CHILD, child_in, with_vault
from tests.wishes import Stage, make_open_wish, make_stage

pytestmark = [
    pytest.mark.parametrize("databases", ["sqlite"], indirect=True),
    pytest.mark.parametrize("vaults", ["sqlite"], indirect=True),
]

TYPED = CHILD | {"keep_until": "2027-06-01"}
SECRET = {name: said for name, said in CHILD.items() if name != "guardian_kind"}


@pytest.fixture
def stage(app: Flask, vault: Vault) -> Stage:
    with with_vault(app, vault).app_context(), unit_of_work() as work:
        return make_stage(work)


def signed(app: Flask, person: Person) -> FlaskClient:
    client = app.test_client()
    sign_in(client, person)
    return client


def at(stage: Stage, rest: str = "") -> str:
    return f"/desk/{stage.community.slug}/vault{rest}"


def openings(app: Flask) -> list[dict[str, Any]]:
    with app.app_context(), unit_of_work() as work:
        found = work.scalars(select(AuditEvent.subject).where(AuditEvent.kind == EVENT))
        return [dict(subject) for subject in found]


def test_a_file_is_entered_listed_by_label_and_opened_for_a_purpose(
    app: Flask, stage: Stage
) -> None:
    client = signed(app, stage.cast.social_worker)
    wrong = post(client, at(stage, "/new"), TYPED | {"born_on": "2030-01-01"})
    assert wrong.status_code == 422
    assert CHILD["name"] in wrong.text
    made = post(client, at(stage, "/new"), TYPED)
    assert made.status_code == 303
    label = made.location.rsplit("/", 1)[1]
    for page in (client.get(at(stage)), client.get(made.location)):
        assert label in page.text
        assert not [said for said in SECRET.values() if said in page.text]
    refused = post(client, f"{made.location}/readings", {})
    assert refused.status_code == 422
    assert openings(app) == []
    opened = post(client, f"{made.location}/readings", {"purpose": "delivery"})
    assert [CHILD["name"] in opened.text, CHILD["phone"] in opened.text] == [True, True]
    assert opened.headers["Cache-Control"] == "private, no-store"
    assert openings(app) == [
        {"file": label, "purpose": "delivery", "by": stage.cast.social_worker.id}
    ]
    assert label in signed(app, stage.cast.auditor).get(at(stage, "/openings")).text


def test_nothing_is_read_when_the_chain_cannot_be_written(
    app: Flask, stage: Stage, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = child_in(vault, community_id=stage.community.id)
    client = signed(app, stage.cast.social_worker)

    def full() -> None:
        raise OperationalError(None, None, Exception("disk full"))

    monkeypatch.setattr(opening, "unit_of_work", full)
    answer = post(client, at(stage, f"/{child.label}/readings"), {"purpose": "delivery"})
    assert answer.status_code == 503
    assert CHILD["name"] not in answer.text


def test_a_change_touches_what_is_filled_in_and_reads_nothing(
    app: Flask, stage: Stage, vault: Vault
) -> None:
    child = child_in(vault, community_id=stage.community.id)
    client = signed(app, stage.cast.social_worker)
    page = client.get(at(stage, f"/{child.label}/changes"))
    assert not [said for said in SECRET.values() if said in page.text]
    changed = {"phone": "13900139000", "keep_until": "2027-06-01"}
    assert post(client, at(stage, f"/{child.label}/changes"), changed).status_code == 303
    opened = post(client, at(stage, f"/{child.label}/readings"), {"purpose": "guardian"})
    assert "13900139000" in opened.text
    assert CHILD["address"] in opened.text


def test_a_wish_is_linked_found_and_let_go_and_bands_follow(
    app: Flask, stage: Stage, vault: Vault
) -> None:
    children = [child_in(vault, community_id=stage.community.id) for _ in range(5)]
    with app.app_context(), unit_of_work() as work:
        code, wish_id = (wish := make_open_wish(work, stage)).code, wish.id
    client = signed(app, stage.cast.social_worker)
    place = at(stage, f"/{children[0].label}")
    unknown = post(client, f"{place}/wishes", {"code": "NOSUCH"})
    assert (unknown.status_code, "NOSUCH" in unknown.text) == (422, True)
    assert post(client, f"{place}/wishes", {"code": code.lower()}).status_code == 303
    assert post(client, at(stage, "/search"), {"code": code}).location == place
    with app.app_context(), unit_of_work() as work:
        assert work.get_one(Wish, wish_id).age_band == "9-11"
    # One of five goes: the band tells too much of the other four.
    gone = children[4].label
    assert post(client, at(stage, f"/{gone}/erasure"), {"label": gone}).status_code == 303
    with app.app_context(), unit_of_work() as work:
        assert work.get_one(Wish, wish_id).age_band == ""
    assert post(client, f"{place}/wishes/removal", {"code": code}).status_code == 303
    assert post(client, at(stage, "/search"), {"code": code}).status_code == 422


def test_an_erasure_takes_two_steps_and_takes_the_wishes_off_the_wall(
    app: Flask, stage: Stage, vault: Vault
) -> None:
    child = child_in(vault, community_id=stage.community.id)
    with app.app_context(), unit_of_work() as work:
        code = make_open_wish(work, stage).code
    client = signed(app, stage.cast.social_worker)
    place = at(stage, f"/{child.label}")
    post(client, f"{place}/wishes", {"code": code})
    assert client.get(f"/wishes/{code}").status_code == 200
    assert post(client, f"{place}/erasure", {"label": "WRONG1"}).status_code == 422
    assert client.get(place).status_code == 200
    assert post(client, f"{place}/erasure", {"label": child.label.lower()}).status_code == 303
    assert client.get(place).status_code == 404
    assert client.get(f"/wishes/{code}").status_code == 404
    with app.app_context(), unit_of_work() as work:
        assert len(work.scalars(select(ConsentWithdrawal)).all()) == 2


def test_another_community_s_label_is_not_found(app: Flask, stage: Stage, vault: Vault) -> None:
    child = child_in(vault, community_id=stage.community.id + 1)
    client = signed(app, stage.cast.social_worker)
    assert client.get(at(stage, f"/{child.label}")).status_code == 404
    reading = post(client, at(stage, f"/{child.label}/readings"), {"purpose": "delivery"})
    assert reading.status_code == 404
    assert openings(app) == []


def test_an_auditor_draws_a_sample_with_names_covered(
    app: Flask, stage: Stage, vault: Vault
) -> None:
    with app.app_context(), unit_of_work() as work:
        codes = []
        for _ in range(4):
            wish = make_open_wish(work, stage)
            wish.state = "delivered"
            codes.append(wish.code)
    client = signed(app, stage.cast.social_worker)
    children = [child_in(vault, community_id=stage.community.id) for _ in codes]
    for code, child in zip(codes, children, strict=True):
        post(client, at(stage, f"/{child.label}/wishes"), {"code": code})
    auditor = signed(app, stage.cast.auditor)
    assert "3" in auditor.get(at(stage, "/samples")).text
    sample = post(auditor, at(stage, "/samples"))
    assert sum(code in sample.text for code in codes) == 3
    assert not [said for said in SECRET.values() if said in sample.text]
    written = openings(app)
    assert {(row["purpose"], row["by"]) for row in written} == {("sample", stage.cast.auditor.id)}
    assert {row["file"] for row in written} == {
        child.label for child in children if child.label in sample.text
    }


def test_without_its_key_the_vault_says_so_and_the_market_goes_on(
    app: Flask, stage: Stage, vault: Vault
) -> None:
    child = child_in(vault, community_id=stage.community.id)
    urls = (vault.files_engine.url.render_as_string(), vault.keys_engine.url.render_as_string())
    app.extensions["vault"] = Vault(*urls, "")
    client = signed(app, stage.cast.social_worker)
    for address in ("", "/new", "/due", f"/{child.label}", f"/{child.label}/changes"):
        page = client.get(at(stage, address))
        assert page.status_code == 503
        assert "VAULT_KEY" in page.text
    reading = post(client, at(stage, f"/{child.label}/readings"), {"purpose": "delivery"})
    assert reading.status_code == 503
    assert signed(app, stage.cast.auditor).get(at(stage, "/samples")).status_code == 503
    assert signed(app, stage.cast.auditor).get(at(stage, "/openings")).status_code == 200
    assert openings(app) == []
    for address in ("/", "/markets", f"/desk/{stage.community.slug}/wishes"):
        assert client.get(address).status_code == 200
