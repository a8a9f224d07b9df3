"""Every public page: in both languages, kept briefly, answered unchanged, and silent about people."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from market.extensions import unit_of_work
from market.models.ledger import Holder, MoneyMove, Party
from market.models.people import Person
from market.models.proceeds import Wish
from market.models.sales import MarketDay, RefundRequest, Sale, SaleVoid
from tests.blueprints.public.conftest import ENGLISH, Told, rendering
from tests.books import busy_day

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def addresses(told: Told) -> list[str]:
    """One of each public page."""
    return [
        "/",
        "/?state=lit&kind=goods&theme=art&page=2",
        f"/wishes/{told.lit}",
        f"/wishes/{told.waiting}",
        f"/r/{told.sale.code}",
        f"/r/{told.other_sale.code}",
        "/markets",
        f"/markets/{told.market}",
        "/receipts",
    ]


def test_every_page_opens_without_a_session(client: FlaskClient, told: Told) -> None:
    for address in addresses(told):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "Set-Cookie" not in answer.headers, address


@one_database
def test_pages_are_chinese_first_and_english_where_asked(client: FlaskClient, told: Told) -> None:
    expected = {
        "/": ("心愿墙", "Wish"),
        f"/wishes/{told.lit}": ("想要一盒水彩", "Watercolours"),
        f"/r/{told.sale.code}": ("查询码", "Watercolours"),
        f"/markets/{told.market}": ("摊位", "Stalls"),
        "/receipts": ("查小票", "receipt"),
    }
    for address, (chinese, english) in expected.items():
        for headers, lang, word in (({}, "zh-CN", chinese), (ENGLISH, "en", english)):
            page = client.get(address, headers=headers).text
            assert f'<html lang="{lang}"' in page, address
            assert word in page, address


@one_database
def test_an_english_page_holds_no_chinese_but_names(client: FlaskClient, told: Told) -> None:
    """What people have named stays in their words; of ours nothing is left untranslated."""
    named = {"手工皂", "缝补", "杯子", "围巾", "团扇", "手作摊", "围巾摊", "社区广场", "居委会账户"}
    named |= {"心愿市集", "中文", "想学吹口琴", "一套画笔", "微心愿专款", "助残创业专款"}
    for address in addresses(told):
        page = client.get(address, headers=ENGLISH).text
        left = {run for run in CHINESE.findall(page) if run not in named}
        assert not {
            run for run in left if not re.search("社区$|^第$|^次市集$|^号|^灯笼街$", run)
        }, address


def test_a_page_is_kept_for_less_than_a_minute_and_then_answered_unchanged(
    app: Flask, client: FlaskClient, told: Told
) -> None:
    for address in addresses(told):
        if address == "/receipts":
            continue
        first = client.get(address)
        assert first.cache_control.public
        assert first.cache_control.max_age is not None
        assert first.cache_control.max_age <= 30
        with rendering(app) as names:
            again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data, names) == (304, b"", []), address


@one_database
def test_a_page_changes_when_the_books_do(app: Flask, client: FlaskClient, told: Told) -> None:
    seen = {address: client.get(address).headers["ETag"] for address in addresses(told)[:8]}
    with app.app_context(), unit_of_work() as session:
        busy_day(session)
    for address, etag in seen.items():
        again = client.get(address, headers={"If-None-Match": etag})
        assert again.status_code == 200, address


@one_database
def test_no_page_names_anybody_or_says_what_is_only_for_the_desk(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context(), unit_of_work() as session:
        busy_day(session)
        pages = ["/", "/markets", "/receipts"]
        pages += [f"/markets/{slug}" for slug in _texts(session, MarketDay.slug)]
        pages += [f"/r/{code}" for code in _texts(session, Sale.code)]
        pages += [f"/wishes/{code}" for code in _texts(session, Wish.code)]
        custodians = select(Holder.name).where(Holder.kind == "custodian")
        secret = {
            *_texts(session, Person.name, Person.username, Party.name, Wish.consent_ref),
            *_texts(session, SaleVoid.reason, RefundRequest.reason, MoneyMove.note),
            *session.scalars(custodians),
        } - {""}
    assert len(secret) > 20
    for address in pages:
        for headers in ({}, ENGLISH):
            answer = client.get(address, headers=headers)
            said = answer.text + str(answer.headers)
            assert [word for word in secret if word in said] == [], address


def test_an_address_of_nothing_is_a_helpful_404(client: FlaskClient) -> None:
    for address in ("/wishes/W-x", "/wishes/" + "x" * 300, "/markets/%E2%80%AE", "/r/", "/r/%F0"):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert 'href="/"' in answer.text, address


def test_a_filter_nobody_offers_shows_the_whole_wall(client: FlaskClient, told: Told) -> None:
    for query in ("page=-1", "page=x", "page=" + "9" * 40, "state=secret", "kind=", "theme=%27"):
        answer = client.get(f"/?{query}")
        assert answer.status_code == 200, query
        assert f"/wishes/{told.lit}" in answer.text, query


def _texts(session: Session, *columns: InstrumentedAttribute[str]) -> list[str]:
    """Everything that stands in these columns."""
    return [text for column in columns for text in session.scalars(select(column))]
