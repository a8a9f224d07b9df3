"""What a phone sends, as its own program would put it together."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from market.domain.identifiers import epoch_ms, uuid7
from market.domain.sales.sale import Sale, Void, sale_hash, void_hash
from market.extensions import unit_of_work
from tests.factories import NOW
from tests.market_day import Day, make_day
from tests.passes import Pass, Phone, make_pass, make_phone

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stall:
    """A market day, and a phone that sells there."""

    day: Day
    seats: Pass
    phone: Phone

    def sale(self, *listings: Any, **overrides: Any) -> Sale:
        """A sale that this phone has fixed."""
        return self.day.sale(*listings, device_id=self.phone.device.id, **overrides)


def open_stall(**options: Any) -> Stall:
    """A market day with a phone at its first stall, written."""
    with unit_of_work() as work:
        day = make_day(work, **options)
        seats = make_pass(work, day.stall, day.cast.social_worker)
        return Stall(day, seats, make_phone(work, seats))


def another_phone(here: Stall) -> Phone:
    """A second phone at the same stall, written."""
    with unit_of_work() as work:
        return make_phone(work, here.seats)


def sale_row(sale: Sale, **overrides: Any) -> Row:
    """A sale as a row of an upload."""
    row = {
        "kind": "sale",
        "id": str(sale.id),
        "till": sale.till_id,
        "device": sale.device_id,
        "sequence": sale.sequence,
        "code": sale.code,
        "tender": sale.tender.value,
        "gift": sale.gift_minor,
        "tendered": sale.tendered_minor,
        "phone_at": epoch_ms(sale.phone_at),
        "lines": [
            {
                "listing": line.listing_id,
                "name": line.name,
                "quantity": line.quantity,
                "unit_price": line.unit_price_minor,
            }
            for line in sale.lines
        ],
        "hash": sale_hash(sale).hex(),
    }
    return {**row, **overrides}


def void_of(sale: Sale | UUID, *, sequence: int, **overrides: Any) -> Void:
    """A void that a phone has fixed."""
    sale_id = sale.id if isinstance(sale, Sale) else sale
    given = {"id": uuid7(NOW, secrets.token_bytes), "reason": "按错了", "at": NOW}
    return Void(sale_id=sale_id, sequence=sequence, **{**given, **overrides})


def void_row(void: Void, **overrides: Any) -> Row:
    """A void as a row of an upload."""
    row = {
        "kind": "void",
        "id": str(void.id),
        "sale": str(void.sale_id),
        "reason": void.reason,
        "sequence": void.sequence,
        "phone_at": epoch_ms(void.at),
        "hash": void_hash(void).hex(),
    }
    return {**row, **overrides}


def body_of(rows: Sequence[Row], *, sent_at: datetime = NOW, **overrides: Any) -> dict[str, object]:
    given = {"sent_at": sent_at.isoformat(), "unsent": len(rows), "rows": rows, "sign_off": None}
    return {**given, **overrides}


def upload(
    client: FlaskClient,
    phone: Phone,
    *rows: Row,
    headers: Mapping[str, str] | None = None,
    **overrides: Any,
) -> TestResponse:
    """Send rows as the phone does."""
    return client.post(
        "/api/v1/sync",
        json=body_of(rows, **overrides),
        headers={**phone.headers, **(headers or {})},
    )


def outcomes(answer: TestResponse) -> list[str]:
    """What became of each row, 'rejected: other_hash' where there is a reason."""
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return [
        one["outcome"] + (f": {one['reason']}" if one["reason"] else "")
        for one in answer.json["results"]
    ]
