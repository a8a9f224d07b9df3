"""A server killed in the middle of uploads: what it acknowledged is kept, what it did not comes again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from threading import Event
from urllib.error import URLError
from urllib.request import Request, urlopen

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.extensions import db
from market.models.sales import Listing, Sale
from market.queries.ledger.check import check_community
from tests.market_day import kept_totals
from tests.serving import Server, serving
from tests.uploads import Row, Stall, body_of, open_stall, sale_row

BATCHES = 60
ROWS = 4
KILLED_AFTER = (3, 11, 17)
"""So many uploads are answered before the power goes, somewhere within the next ones."""
PATIENCE_SECONDS = 20


def test_what_was_acknowledged_outlives_a_power_cut(app: Flask, database_url: str) -> None:
    with app.app_context():
        here = open_stall()
        batches = [[sale_row(here.sale(here.day.cup)) for _ in range(ROWS)] for _ in range(BATCHES)]
        db.engine.dispose()
    acknowledged: set[str] = set()
    for answers in KILLED_AFTER:
        with serving(database_url) as server, ThreadPoolExecutor(1) as phone:
            enough = Event()
            sending = phone.submit(
                _send, server, here, batches, acknowledged, enough=enough, after=answers
            )
            assert enough.wait(PATIENCE_SECONDS)
            server.kill()
            assert not sending.result()
        with app.app_context(), Session(db.engine) as session:
            assert acknowledged <= {str(one) for one in session.scalars(select(Sale.id))}
    with serving(database_url) as server:
        assert _send(server, here, batches, acknowledged)
    with app.app_context(), Session(db.engine) as session:
        assert {str(one) for one in session.scalars(select(Sale.id))} == acknowledged
        sales = BATCHES * ROWS
        assert len(acknowledged) == sales
        assert kept_totals(session, here.day.till.id) == {
            "cash": (sales, sales * 8_00, sales * 8_00)
        }
        assert session.get_one(Listing, here.day.cup.id).sold == sales
        wrong = [one for one in check_community(session, here.day.community.id) if not one.holds]
        assert wrong == []


def _send(
    server: Server,
    here: Stall,
    batches: Sequence[list[Row]],
    acknowledged: set[str],
    *,
    enough: Event | None = None,
    after: int = 0,
) -> bool:
    """Send all the batches, one after the other, and write down what was answered for.

    Gives whether all of them were answered; sets `enough` after the first few.
    """
    for number, batch in enumerate(batches):
        if enough is not None and number == after:
            enough.set()
        try:
            said = _answer(server, here, batch)
        except (URLError, ConnectionError, HTTPException, TimeoutError):
            return False
        assert {one["outcome"] for one in said} <= {"created", "exists"}
        acknowledged |= {one["id"] for one in said}
    return True


def _answer(server: Server, here: Stall, batch: list[Row]) -> list[dict[str, str]]:
    asked = Request(  # noqa: S310 - our own server
        f"{server.url}/api/v1/sync",
        data=json.dumps(body_of(batch)).encode(),
        headers={**here.phone.headers, "Content-Type": "application/json"},
    )
    with urlopen(asked, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
        results: list[dict[str, str]] = json.load(answer)["results"]
    return results
