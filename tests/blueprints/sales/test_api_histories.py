"""Whatever a phone sends in whatever order, cut and repeated: the books are those of a small model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.sales.sale import Sale, Tender, Void
from market.extensions import db, unit_of_work
from market.models.sales import Listing, QuarantinedSale, RefundRequest, SaleVoid
from market.queries.ledger.check import check_community
from tests.market_day import LATER, close, count, kept_totals, recorded
from tests.uploads import Stall, open_stall, outcomes, sale_row, upload, void_of, void_row

SALES = 5
VOIDS = 3
OTHERS = 2
"""So many sales, voids of the first of them, and sales with an id of another but other content."""

Record = Sale | Void
places = st.integers(0, SALES + VOIDS + OTHERS - 1)
batches = st.lists(st.lists(places, max_size=8), max_size=6)


@dataclass(slots=True)
class Model:
    """What the books must hold, kept by the plainest means."""

    sales: dict[UUID, Sale] = field(default_factory=dict)
    voids: dict[UUID, Void] = field(default_factory=dict)
    closed: set[UUID] = field(default_factory=set)
    refunds: set[UUID] = field(default_factory=set)
    aside: set[Sale] = field(default_factory=set)

    def take_in(self, records: Sequence[Record]) -> list[str]:
        """The sales of an upload, then its voids; what is answered to each, in their order."""
        said: dict[int, str] = {}
        for place, record in enumerate(records):
            if isinstance(record, Sale):
                said[place] = self._sale(record)
        for place, record in enumerate(records):
            if isinstance(record, Void):
                said[place] = self._void(record)
        return [said[place] for place in range(len(records))]

    def standing(self) -> list[Sale]:
        """Sales that count: not voided, or only after their closing."""
        undone = {void.sale_id for void in self.voids.values()} - self.refunds
        return [sale for sale in self.sales.values() if sale.id not in undone]

    def totals(self) -> dict[str, tuple[int, int, int]]:
        sums: dict[str, tuple[int, int, int]] = {}
        for sale in self.standing():
            number, due, net = sums.get(sale.tender.value, (0, 0, 0))
            sums[sale.tender.value] = (number + 1, due + sale.due_minor, net + sale.net_minor)
        return sums

    def _sale(self, sale: Sale) -> str:
        first = self.sales.setdefault(sale.id, sale)
        if first is sale:
            said = "exists" if sale in self._heard else "created"
            self._heard.add(sale)
            return said
        self.aside.add(sale)
        return "conflict: other_content"

    def _void(self, void: Void) -> str:
        if void.id in self.voids:
            return "exists"
        self.voids[void.id] = void
        if void.sale_id in self.closed:
            self.refunds.add(void.sale_id)
        return "created"

    _heard: set[Sale] = field(default_factory=set)


@pytest.fixture
def within(app: Flask) -> Iterator[Flask]:
    app.extensions["clock"] = lambda: LATER
    with app.app_context():
        yield app


@pytest.mark.usefixtures("within")
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(histories=batches, closes_after=st.none() | st.integers(0, 6))
def test_the_books_are_those_of_the_model(
    client: FlaskClient, histories: list[list[int]], closes_after: int | None
) -> None:
    here = open_stall()
    records = _records(here)
    model = Model()
    # At last everything has come once, the outbox being empty.
    for number, batch in enumerate([*histories, list(range(len(records)))]):
        if number == closes_after:
            _close(here)
            model.closed = set(model.sales)
        sent = [records[place] for place in batch]
        answer = upload(client, here.phone, *(_row(record) for record in sent))
        assert outcomes(answer) == model.take_in(sent)
    with Session(db.engine) as session:
        _compare(session, here, model)


def _records(here: Stall) -> list[Record]:
    """Sales of different kinds, voids of some, and others that pretend to be the last ones."""
    day = here.day
    kinds: list[dict[str, Any]] = [
        {},
        {"tender": Tender.WECHAT},
        {"gift_minor": 5_00, "tendered_minor": 50_00},
    ]
    goods = [(day.soap,), (day.cup, day.scarf), (day.cup,)]
    sales = [
        here.sale(*goods[place % len(goods)], sequence=place + 1, **kinds[place % len(kinds)])
        for place in range(SALES)
    ]
    voids = [void_of(sales[place], sequence=SALES + place + 1) for place in range(VOIDS)]
    others = [replace(sale, gift_minor=sale.gift_minor + 1_00) for sale in sales[-OTHERS:]]
    return [*sales, *voids, *others]


def _row(record: Record) -> dict[str, Any]:
    return sale_row(record) if isinstance(record, Sale) else void_row(record)


def _close(here: Stall) -> None:
    with unit_of_work() as work:
        count(work, here.day)
        close(work, here.day, phones_reason="手机没电了")


def _compare(session: Session, here: Stall, model: Model) -> None:
    day = here.day
    own = Listing.stall_id == day.stall.id
    sold = session.scalar(select(Listing.sold).where(own, Listing.id == day.cup.id))
    cups = sum(
        line.quantity
        for sale in model.standing()
        for line in sale.lines
        if line.listing_id == day.cup.id
    )
    ids = list(model.sales)
    voided = set(session.scalars(select(SaleVoid.sale_id).where(SaleVoid.sale_id.in_(ids))))
    asked = session.scalars(select(RefundRequest.sale_id).where(RefundRequest.sale_id.in_(ids)))
    aside = session.scalar(
        select(func.count())
        .select_from(QuarantinedSale)
        .where(QuarantinedSale.till_id == day.till.id)
    )
    assert recorded(session, day.till.id) == len(model.sales)
    assert voided == {void.sale_id for void in model.voids.values()} - model.refunds
    assert set(asked) == model.refunds
    assert aside == len(model.aside)
    assert kept_totals(session, day.till.id) == model.totals()
    assert sold == cups
    assert [one for one in check_community(session, day.community.id) if not one.holds] == []
