"""Disability and bank account are in the vault alone: kept, opened with a purpose that is written down."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from market.extensions import db, unit_of_work
from market.models.ledger import AuditEvent
from market.models.people import Person
from market.vault.store import Vault
from tests.factories import NOW
from tests.people import post, sign_in
from tests.support import Support, make_support
from tests.vaults import with_vault

pytestmark = pytest.mark.parametrize(("databases", "vaults"), [("sqlite", "sqlite")], indirect=True)
TYPED = {
    "needs": "坐轮椅，上午精神好",
    "certificate": "32010219990101001X42",
    "bank": "灯笼银行",
    "account_name": "木小兰",
    "account": "6222 0000 1111 2222",
}


@pytest.fixture
def support(app: Flask, vault: Vault) -> Support:
    app.extensions["clock"] = lambda: NOW
    with with_vault(app, vault).app_context(), unit_of_work() as work:
        return make_support(work)


def test_what_she_entrusts_is_opened_by_purpose_and_stands_nowhere_else(
    app: Flask, support: Support
) -> None:
    worker, reviewer = (
        signed(app, who) for who in (support.cast.social_worker, support.cast.reviewer)
    )
    page = f"/desk/{support.community.slug}/vault/enterprises/{support.made.enterprise.id}"
    assert reviewer.get(page).status_code == 403
    assert post(worker, page, TYPED).location == page
    assert post(worker, page, {"phone": "13800000000"}).location == page
    closed = worker.get(page).text
    opened = post(worker, f"{page}/readings")
    assert "no-store" in opened.headers["Cache-Control"]
    for value in (*TYPED.values(), "13800000000"):
        assert value in opened.text
        assert value not in closed
    with app.app_context(), unit_of_work() as work:
        [read] = work.scalars(select(AuditEvent.subject).where(AuditEvent.kind == "vault_read"))
    assert read["purpose"] == "support"
    assert main_database(app).isdisjoint(TYPED.values())


def main_database(app: Flask) -> set[str]:
    """Every text in the main database, digits of accounts with and without their blanks."""
    found: set[str] = set()
    with app.app_context(), db.engine.connect() as connection:
        names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        for name in names.all():
            if re.fullmatch(r"\w+", name):
                for row in connection.execute(text(f"SELECT * FROM {name}")):  # noqa: S608 - ours
                    found |= {value for value in row if isinstance(value, str)}
    return found


def signed(app: Flask, who: Person) -> FlaskClient:
    client = app.test_client()
    sign_in(client, who)
    return client
