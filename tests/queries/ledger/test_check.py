"""The ledger check on a day with one of everything: it holds, and it finds what was changed.

Somebody who owns the database can change what its guards refuse; here the guards are taken away,
one value is changed, the check must say so, and everything is put back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Table,
    create_engine,
    delete,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from market.models import Base
from market.queries.ledger.check import check_community
from tests.queries.ledger.conftest import Written

EVERY_BYTE = ("sale", "sale_line", "sale_void", "voucher", "posting", "audit_event")
"""Tables of which no byte may change unseen, once a closure has frozen what it froze."""

TELLTALE = {
    ("audit_head", "hash"): "chain_verifies",
    ("audit_head", "number"): "chain_verifies",
    ("account", "balance_minor"): "balances_replayed",
    ("fund", "laid_minor"): "pieces_contiguous",
    ("fund", "taken_minor"): "pieces_contiguous",
    ("till_total", "sales"): "till_totals",
    ("till_total", "due_minor"): "till_totals",
    ("till_total", "net_minor"): "till_totals",
    ("closure", "net_minor"): "positions_contiguous",
    ("closure", "sales"): "positions_contiguous",
    ("closure", "merkle_root"): "closures_rooted",
    ("sale_position", "start_minor"): "positions_contiguous",
    ("sale_position", "end_minor"): "positions_contiguous",
    ("sale_position", "ordinal"): "positions_contiguous",
    ("laying", "start_minor"): "pieces_contiguous",
    ("laying", "end_minor"): "pieces_contiguous",
    ("laying", "step"): "refund_claims",
    ("taking", "start_minor"): "pieces_contiguous",
    ("taking", "end_minor"): "pieces_contiguous",
    ("line_move", "start_minor"): "traces_sum",
    ("line_move", "length_minor"): "traces_sum",
    ("line_move", "to_start_minor"): "traces_sum",
    ("line_move", "step"): "traces_sum",
    ("refund", "number"): "refunds_within_sales",
    ("refund", "paid_by_id"): "refunds_within_sales",
    ("refund", "hash"): "refunds_within_sales",
    ("refund_line", "amount_minor"): "refunds_within_sales",
    ("refund_line", "quantity"): "refunds_within_sales",
    ("refund_claim", "start_minor"): "refund_claims",
    ("refund_claim", "step"): "refund_claims",
    ("allocation", "amount_minor"): "taken_allocated_refunded",
    ("allocation", "returned_minor"): "allocations_recorded",
    ("allocation", "spent_minor"): "wishes_recorded",
    ("allocation_return", "amount_minor"): "allocations_recorded",
    ("wish", "funded_minor"): "wishes_recorded",
    ("wish", "state"): "wishes_recorded",
    ("tranche", "funded_minor"): "tranches_recorded",
    ("support_application", "state"): "releases_earned",
    ("application_review", "approved"): "releases_earned",
    ("milestone_evidence", "accepted"): "releases_earned",
    ("money_move_decision", "decided_by_id"): "two_people",
    ("lighting_run", "proposal_id"): "plans_carried_out",
    ("lighting_outcome", "amount_minor"): "plans_carried_out",
    ("lighting_line", "wish_id"): "plans_carried_out",
    ("lighting_decision", "approved"): "plans_carried_out",
    ("lighting_decision", "decided_by_id"): "plans_carried_out",
    ("lighting_plan", "fund_id"): "plans_carried_out",
    ("lighting_plan", "proposed_by_id"): "plans_carried_out",
}
"""Kept values elsewhere, and a property that must notice when one of them is wrong."""


@dataclass(frozen=True, slots=True)
class Books:
    """A busy day's books, open to somebody whom no guard stops."""

    connection: Connection
    community_id: int

    def wrong(self) -> dict[str, tuple[str, ...]]:
        with Session(self.connection, join_transaction_mode="create_savepoint") as session:
            found = list(check_community(session, self.community_id))
        return {one.name: one.wrong for one in found if not one.holds}


@pytest.fixture
def books(written: Written) -> Iterator[Books]:
    engine = create_engine(written.owner_url)
    with engine.connect() as connection, connection.begin() as transaction:
        if connection.dialect.name == "sqlite":
            # The driver begins nothing by itself, and only the application's own engines do.
            connection.exec_driver_sql("BEGIN")
        _take_guards_away(connection)
        yield Books(connection, written.community_id)
        transaction.rollback()
    engine.dispose()


def test_everything_holds_on_a_busy_day(books: Books) -> None:
    assert books.wrong() == {}


def test_the_busy_day_has_one_of_everything(books: Books) -> None:
    tables = {*EVERY_BYTE, *(table for table, _ in TELLTALE)}
    empty = {
        name
        for name in tables
        if books.connection.execute(select(_table(name)).limit(1)).first() is None
    }
    assert empty == set()


@pytest.mark.parametrize("name", EVERY_BYTE)
def test_no_byte_changes_unseen(books: Books, name: str) -> None:
    table = _table(name)
    unseen = []
    for column in table.columns:
        if _is_a_mere_row_number(table, column):
            continue
        with _undone(books.connection):
            if _changes(books.connection, table, column) and not books.wrong():
                unseen.append(column.name)
    assert unseen == []


def test_a_wrong_value_is_told_by_its_property(books: Books) -> None:
    untold = {}
    for (name, column), property_name in TELLTALE.items():
        with _undone(books.connection):
            assert _changes(books.connection, _table(name), _table(name).columns[column])
            wrong = books.wrong()
            if property_name not in wrong:
                untold[name, column] = wrong
    assert untold == {}


@pytest.mark.parametrize("name", ["posting", "audit_event", "sale_line", "line_move", "taking"])
def test_a_missing_row_is_noticed(books: Books, name: str) -> None:
    table = _table(name)
    last = books.connection.execute(select(table).order_by(*table.primary_key)).all()[-1]
    with _undone(books.connection):
        books.connection.execute(delete(table).where(*_is(table, last)))
        assert books.wrong() != {}


def test_a_void_made_up_afterwards_is_noticed(books: Books) -> None:
    void = books.connection.execute(select(_table("sale_void"))).one()
    sale = books.connection.execute(
        select(_table("sale")).where(_table("sale").c.id != void.sale_id)
    ).first()
    assert sale is not None
    made_up = void._asdict() | {"sale_id": sale.id, "id": sale.id}
    with _undone(books.connection):
        books.connection.execute(_table("sale_void").insert(), made_up)
        wrong = books.wrong()
        assert {"sales_hashed", "positions_contiguous", "till_totals"} <= wrong.keys()


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _is_a_mere_row_number(table: Table, column: Column[Any]) -> bool:
    """An id that the database counts up and nothing refers to."""
    return column.name == "id" and table.name in {"posting", "audit_event"}


def _changes(connection: Connection, table: Table, column: Column[Any]) -> bool:
    """Change the first value there is; False where the database itself says no to each."""
    rows = connection.execute(
        select(table).where(column.is_not(None)).order_by(*table.primary_key)
    ).all()
    for row in rows or connection.execute(select(table).limit(1)).all():
        try:
            with connection.begin_nested():
                connection.execute(
                    update(table)
                    .where(*_is(table, row))
                    .values({column.name: _other(getattr(row, column.name), column)})
                )
        except IntegrityError:
            continue
        return True
    return False


def _is(table: Table, row: Any) -> list[Any]:
    return [column == getattr(row, column.name) for column in table.primary_key]


def _other(value: Any, column: Column[Any]) -> object:
    """Something else of the same type: one bit, one unit, one microsecond, another state."""
    if column.name == "state":
        return "draft" if value != "draft" else "open"
    if value is None or isinstance(value, str):
        return _other_text(value, column)
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        key = min(value)
        return value | {key: f"{value[key]}1"}
    return _other_number(value, column)


def _other_text(value: str | None, column: Column[Any]) -> object:
    if value is None:
        return 1 if column.foreign_keys or "minor" in column.name else "x"
    return chr(ord(value[0]) ^ 1) + value[1:] if value else "x"


def _other_number(value: Any, column: Column[Any]) -> object:
    match value:
        case int():
            return _another_id(value) if column.foreign_keys else value + 1
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case datetime():
            return value + timedelta(microseconds=1)
        case date():
            return value + timedelta(days=1)
    return UUID(int=value.int ^ 1)


def _another_id(value: int) -> int:
    return value - 1 if value > 1 else value + 1


@contextmanager
def _undone(connection: Connection) -> Iterator[None]:
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def _take_guards_away(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        triggers = connection.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all()
        for trigger in triggers:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        return
    for name in inspect(connection).get_table_names():
        connection.execute(text(f'ALTER TABLE "{name}" DISABLE TRIGGER USER'))
