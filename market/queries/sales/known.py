"""Which of these sales are known already: by id, by receipt code, or by their device's number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import TextualSelect, text
from sqlalchemy.orm import Session

from market.models.sales import Sale


class KnownSale(NamedTuple):
    """What tells a sale that came again from another one that only looks like it."""

    id: UUID
    hash: bytes
    code: str
    device_id: int
    sequence: int
    day_number: str
    phone_at: datetime


class Names(NamedTuple):
    """All that is unique about a sale that somebody wants to record."""

    id: UUID
    code: str
    device_id: int
    sequence: int


_COLUMNS = ", ".join(f"sale.{name}" for name in KnownSale._fields)


def _question(*sources: str) -> TextualSelect:
    """One statement that stays the same for any number of sales, each part with an index of its own."""
    union = " UNION ".join(f"SELECT {_COLUMNS} FROM {source}" for source in sources)  # noqa: S608
    return text(union).columns(
        Sale.id, Sale.hash, Sale.code, Sale.device_id, Sale.sequence, Sale.day_number, Sale.phone_at
    )


_ON_SQLITE = _question(
    "json_each(:ids) AS n CROSS JOIN sale ON sale.id = n.value",
    "json_each(:codes) AS n CROSS JOIN sale ON sale.code = n.value",
    "json_each(:numbers) AS n CROSS JOIN sale ON sale.device_id = json_extract(n.value, '$[0]')"
    " AND sale.sequence = json_extract(n.value, '$[1]')",
)
_ON_POSTGRESQL = _question(
    "sale WHERE sale.id = ANY(CAST(:ids AS uuid[]))",
    "sale WHERE sale.code = ANY(CAST(:codes AS varchar[]))",
    "unnest(CAST(:devices AS int[]), CAST(:sequences AS int[])) AS n (device_id, sequence)"
    " JOIN sale USING (device_id, sequence)",
)


def known_sales(session: Session, wanted: Sequence[Names]) -> list[KnownSale]:
    """Every sale that has the id, the code or the device's number of one of `wanted`."""
    if session.get_bind().dialect.name == "sqlite":
        rows = session.connection().execute(
            _ON_SQLITE,
            {
                "ids": json.dumps([one.id.hex for one in wanted]),
                "codes": json.dumps([one.code for one in wanted]),
                "numbers": json.dumps([(one.device_id, one.sequence) for one in wanted]),
            },
        )
    else:
        rows = session.connection().execute(
            _ON_POSTGRESQL,
            {
                "ids": [one.id for one in wanted],
                "codes": [one.code for one in wanted],
                "devices": [one.device_id for one in wanted],
                "sequences": [one.sequence for one in wanted],
            },
        )
    return [KnownSale(*row) for row in rows]
