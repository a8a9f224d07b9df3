"""Writing new sales: their rows, their lines, and what is kept of both, all or nothing of each sale.

PostgreSQL takes all of it in one statement, since each costs a journey there and back; SQLite, which
is in the same process, is quicker with several plain ones.
"""

from __future__ import annotations

import json
from collections import Counter as Counts
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Dialect, bindparam, update

from market.actions.sales.rows import columns_of, insert_new, insert_rows, types_of, unnest
from market.actions.sales.sale_rows import LineRow, SaleRow
from market.models.base import Base
from market.models.sales import Listing, TillTotal

_SALES = Base.metadata.tables["sale"]
_LINES = Base.metadata.tables["sale_line"]
_ADD_SOLD = (
    update(Listing)
    .where(Listing.id == bindparam("listing"))
    .values(sold=Listing.sold + bindparam("pieces"))
)
_ADD_TO_TOTAL = (
    update(TillTotal)
    .where(TillTotal.till_id == bindparam("till"), TillTotal.tender == bindparam("method"))
    .values(
        sales=TillTotal.sales + bindparam("more_sales"),
        due_minor=TillTotal.due_minor + bindparam("more_due"),
        net_minor=TillTotal.net_minor + bindparam("more_net"),
    )
)
# Listings are locked in the order of their ids, totals after them and in the order of tenders, as on
# every road, so that two who write at once never wait for each other.
_WRITE = """
{given},
fresh AS (
  INSERT INTO sale ({sale_names}) SELECT * FROM sent {condition} ON CONFLICT DO NOTHING
  RETURNING id, till_id, tender, lines_minor + gift_minor AS due_minor, net_minor
),
written AS (
  INSERT INTO sale_line ({line_names}) SELECT given.* FROM given JOIN fresh ON fresh.id = given.sale_id
),
pieces AS (
  SELECT given.listing_id, sum(given.quantity) AS quantity
  FROM given JOIN fresh ON fresh.id = given.sale_id
  WHERE given.listing_id = ANY(%s::int[]) GROUP BY given.listing_id
),
shelf AS (
  SELECT id FROM listing WHERE id IN (SELECT listing_id FROM pieces) ORDER BY id FOR NO KEY UPDATE
),
sold AS (
  UPDATE listing SET sold = listing.sold + pieces.quantity
  FROM pieces JOIN shelf ON shelf.id = pieces.listing_id
  WHERE listing.id = pieces.listing_id RETURNING listing.id
),
sums AS (
  SELECT till_id, tender, count(*) AS sales, sum(due_minor) AS due_minor, sum(net_minor) AS net_minor
  FROM fresh WHERE (SELECT count(*) FROM sold) >= 0 GROUP BY till_id, tender
),
box AS (
  SELECT till_id, tender FROM till_total WHERE (till_id, tender) IN (SELECT till_id, tender FROM sums)
  ORDER BY till_id, tender FOR NO KEY UPDATE
),
added AS (
  UPDATE till_total SET sales = till_total.sales + sums.sales,
    due_minor = till_total.due_minor + sums.due_minor,
    net_minor = till_total.net_minor + sums.net_minor
  FROM sums JOIN box USING (till_id, tender)
  WHERE till_total.till_id = sums.till_id AND till_total.tender = sums.tender
)
SELECT id FROM fresh
"""

_MANY = """
WITH sent AS (SELECT * FROM {sales}), given AS (SELECT * FROM {lines} AS line ({line_names}))
"""
# The driver takes longer over the lists of a single sale than over all else of it.
_ONE = """
WITH sent AS (SELECT * FROM (VALUES ({sale})) AS one ({sale_names})) {heard},
given AS (
  SELECT sent.id AS sale_id, line.* FROM sent, json_to_recordset(%s::json) AS line ({lines})
)
"""
# Asked for first, and so held before all else; without it nothing is written.
_HEARD = """,
heard AS (
  UPDATE device SET last_sequence = greatest(device.last_sequence, sent.sequence),
    seen_at = sent.received_at, unsent = %s, due_ms = greatest(device.due_ms, %s::bigint) + %s
  FROM sent WHERE device.id = sent.device_id AND device.due_ms <= %s::bigint
    AND NOT device.voids_ahead RETURNING device.id
)
"""
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Heard(NamedTuple):
    """What is noted of a phone that sends a sale, in the order in which the statement takes it."""

    unsent: int
    now_ms: int
    each_ms: int
    due_by_ms: int


def write_sales(
    connection: Connection,
    sales: Sequence[SaleRow],
    lines: Sequence[LineRow],
    *,
    counted: Collection[int],
) -> set[UUID]:
    """Write the sales that are new, with their lines; gives the ids of those that went in.

    `counted` are the listings whose pieces are counted. What collides with a sale that another
    transaction has just committed is left out whole.
    """
    if not sales:
        return set()
    if connection.dialect.name == "postgresql":
        return _write_at_once(connection, sales, lines, counted)
    created: set[UUID] = insert_new(connection, _SALES, sales)
    new_lines = [line for line in lines if line.sale_id in created]
    insert_rows(connection, _LINES, new_lines)
    if sold := _sold(new_lines, counted):
        connection.execute(_ADD_SOLD, sold)
    if created:
        connection.execute(_ADD_TO_TOTAL, _added(sale for sale in sales if sale.id in created))
    return created


def write_heard_sale(
    connection: Connection,
    heard: Heard,
    sale: SaleRow,
    lines: Sequence[LineRow],
    *,
    counted: Collection[int],
) -> set[UUID]:
    """Hear of a phone and write its sale, in one statement of PostgreSQL's; gives its id.

    Nothing is written where the phone is too fast or has voided ahead, no sale where it collides.
    """
    return _write_at_once(connection, [sale], lines, counted, heard)


def _write_at_once(
    connection: Connection,
    sales: Sequence[SaleRow],
    lines: Sequence[LineRow],
    counted: Collection[int],
    heard: tuple[object, ...] = (),
) -> set[UUID]:
    if len(sales) == 1:
        said = _to_json([line._asdict() | {"sale_id": None} for line in lines])
        statement = _statement_for_one(connection.dialect, heard=bool(heard))
        parameters: tuple[object, ...] = (*sales[0], *heard, said, list(counted))
    else:
        statement = _statement_for_many(connection.dialect)
        parameters = (*columns_of(sales), *columns_of(lines), list(counted))
    return set(connection.exec_driver_sql(statement, parameters).scalars())


@lru_cache
def _statement_for_many(dialect: Dialect) -> str:
    sales, lines = unnest(_SALES, dialect), unnest(_LINES, dialect)
    given = _MANY.format(sales=sales, lines=lines, line_names=_names(LineRow))
    return _put_together(given)


@lru_cache
def _statement_for_one(dialect: Dialect, *, heard: bool) -> str:
    columns = zip(LineRow._fields, types_of(_LINES, dialect), strict=True)
    given = _ONE.format(
        sale=",".join(f"%s::{kind}" for kind in types_of(_SALES, dialect)),
        sale_names=_names(SaleRow),
        lines=",".join(f"{name} {kind}" for name, kind in columns if name != "sale_id"),
        heard=_HEARD if heard else "",
    )
    return _put_together(given, "WHERE EXISTS (SELECT 1 FROM heard)" if heard else "")


def _put_together(given: str, condition: str = "") -> str:
    names = {"sale_names": _names(SaleRow), "line_names": _names(LineRow)}
    statement = _WRITE.format(given=given, condition=condition, **names)
    # The driver reads a statement anew each time that is longer than 4,096.
    return " ".join(statement.split())


def _names(row: type[SaleRow | LineRow]) -> str:
    return ",".join(row._fields)


def _sold(lines: Iterable[LineRow], counted: Collection[int]) -> list[dict[str, int]]:
    """Pieces of what is counted, in the order of the listings."""
    pieces: Counts[int] = Counts()
    for line in lines:
        if line.listing_id in counted:
            pieces[line.listing_id] += line.quantity
    return [{"listing": listing, "pieces": pieces[listing]} for listing in sorted(pieces)]


def _added(sales: Iterable[SaleRow]) -> list[dict[str, int | str]]:
    """What each of a till's totals grows by, in the order everybody locks them in."""
    sums: dict[tuple[int, str], tuple[int, int, int]] = {}
    for sale in sales:
        box = (sale.till_id, sale.tender)
        number, due, net = sums.get(box, (0, 0, 0))
        due_minor = sale.lines_minor + sale.gift_minor
        sums[box] = (number + 1, due + due_minor, net + sale.net_minor)
    return [
        {
            "till": box[0],
            "method": box[1],
            "more_sales": sums[box][0],
            "more_due": sums[box][1],
            "more_net": sums[box][2],
        }
        for box in sorted(sums)
    ]
