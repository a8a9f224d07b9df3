"""Uploads that come at the same moment: two tabs of one phone, many phones, a closing in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.extensions import db, unit_of_work
from market.models.sales import Closure, Listing, RefundRequest, SaleVoid
from market.queries.ledger.check import check_community
from market.web.retries import persistently
from tests.market_day import LATER, close, count, kept_totals, recorded
from tests.passes import Phone
from tests.uploads import (
    Row,
    Stall,
    another_phone,
    open_stall,
    outcomes,
    sale_row,
    upload,
    void_of,
    void_row,
)

Result = TypeVar("Result")


@pytest.fixture
def here(app: Flask) -> Stall:
    app.extensions["clock"] = lambda: LATER
    with app.app_context():
        return open_stall()


def test_two_tabs_of_one_phone_record_each_row_once(app: Flask, here: Stall) -> None:
    sales = [here.sale(here.day.cup) for _ in range(8)]
    voids = [void_of(sale, sequence=10_000 + place) for place, sale in enumerate(sales[:3])]
    rows = [*map(sale_row, sales), *map(void_row, voids)]
    orders = (rows, rows[::-1], rows, rows[3:])
    said = _at_once([partial(_sent, app, here, order) for order in orders])
    by_row: dict[str, Counter[str]] = {}
    for answer in said:
        for row_id, outcome in answer:
            by_row.setdefault(row_id, Counter())[outcome] += 1
    assert len(by_row) == len(rows)
    assert {outcomes_of["created"] for outcomes_of in by_row.values()} == {1}
    assert {name for outcomes_of in by_row.values() for name in outcomes_of} == {
        "created",
        "exists",
    }
    with app.app_context(), Session(db.engine) as session:
        assert kept_totals(session, here.day.till.id) == {"cash": (5, 40_00, 40_00)}
        assert session.get_one(Listing, here.day.cup.id).sold == 5
        _check(session, here)


def test_phones_of_one_till_do_not_hinder_one_another(app: Flask, here: Stall) -> None:
    with app.app_context():
        phones = [here.phone, *(another_phone(here) for _ in range(4))]
    batches = [
        [
            sale_row(here.day.sale(here.day.cup, here.day.scarf, device_id=phone.device.id))
            for _ in range(6)
        ]
        for phone in phones
    ]

    def send(phone: Phone, rows: list[Row]) -> list[str]:
        return outcomes(upload(app.test_client(), phone, *rows))

    said = _at_once(
        [partial(send, phone, rows) for phone, rows in zip(phones, batches, strict=True)]
    )
    assert said == [["created"] * 6] * len(phones)
    with app.app_context(), Session(db.engine) as session:
        assert recorded(session, here.day.till.id) == 30
        assert session.get_one(Listing, here.day.cup.id).sold == 30


def test_a_void_is_in_the_closing_or_after_it(app: Flask, here: Stall) -> None:
    client = app.test_client()
    sales = [here.sale() for _ in range(4)]
    upload(client, here.phone, *map(sale_row, sales))
    with app.app_context(), unit_of_work() as work:
        count(work, here.day, counted_minor=here.day.till.float_minor)
    voids = [void_of(sale, sequence=10_000 + place) for place, sale in enumerate(sales)]

    def close_it() -> list[str]:
        def work_once() -> None:
            with unit_of_work() as work:
                close(work, here.day, reason="少了", phones_reason="手机没电了")

        with app.app_context():
            persistently(work_once)
        return []

    def undo(number: int) -> list[str]:
        return outcomes(upload(app.test_client(), here.phone, void_row(voids[number])))

    jobs: list[Callable[[], list[str]]] = [
        close_it,
        *(partial(undo, number) for number in range(4)),
    ]
    said = _at_once(jobs)
    assert said[1:] == [["created"]] * 4
    with app.app_context(), Session(db.engine) as session:
        in_time = session.scalar(select(func.count()).select_from(SaleVoid)) or 0
        late = session.scalar(select(func.count()).select_from(RefundRequest)) or 0
        assert in_time + late == 4
        closure = session.scalars(select(Closure)).one()
        assert (closure.sales, closure.net_minor) == (late, late * 15_00)
        assert closure.expected_minor == here.day.till.float_minor + late * 15_00
        _check(session, here)


def _sent(app: Flask, here: Stall, rows: Sequence[Row]) -> list[tuple[str, str]]:
    answer = upload(app.test_client(), here.phone, *rows, sent_at=LATER - timedelta(seconds=1))
    said = outcomes(answer)
    return [(str(row["id"]), outcome) for row, outcome in zip(rows, said, strict=True)]


def _at_once(jobs: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run the jobs in threads that all begin at the same moment; what each gives."""
    together = Barrier(len(jobs))

    def run(job: Callable[[], Result]) -> Result:
        together.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [done.result() for done in [pool.submit(run, job) for job in jobs]]


def _check(session: Session, here: Stall) -> None:
    wrong = [one for one in check_community(session, here.day.community.id) if not one.holds]
    assert wrong == []
