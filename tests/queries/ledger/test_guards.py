"""Invariant 3: what is posted cannot be changed or removed by SQL as the application's own user.

On PostgreSQL by no statement at all; on SQLite by no INSERT OR REPLACE, UPDATE or DELETE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    Connection,
    Executable,
    Table,
    create_engine,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from market.models import Base
from tests.factories import NOW
from tests.queries.ledger.conftest import Written

POSTED = [table for table in Base.metadata.sorted_tables if table.info.get("posted")]
RARE: dict[str, dict[str, object]] = {
    "consent_withdrawal": {"consent_id": 1, "withdrawn_at": NOW},
    "quarantined_sale": {
        "till_id": 1,
        "device_id": 1,
        "sale_id": "0192f0c1-0000-7000-8000-000000000000",
        "content": "{}",
        "hash": bytes(32),
        "reason": "other_content",
        "received_at": NOW,
    },
    "import_batch": {
        "community_id": 1,
        "file_hash": bytes(32),
        "receipts": 1,
        "rejected": 0,
        "ignored": 0,
        "imported_by_id": 1,
        "imported_at": NOW,
    },
}
"""Rows of tables that a busy day has none of."""


REFUSAL = re.compile(
    "only grows|is sealed|does not balance|is closed|permission denied|must be owner"
)


@pytest.fixture
def connection(written: Written) -> Iterator[Connection]:
    """As the application, in a transaction that never commits."""
    engine = create_engine(written.url)
    with engine.connect() as connection, connection.begin() as transaction:
        for name, row in RARE.items():
            table = Base.metadata.tables[name]
            columns = {column.name: _fitting(table, column.name, row) for column in table.columns}
            present = {name: value for name, value in columns.items() if value is not None}
            connection.execute(table.insert(), present)
        yield connection
        transaction.rollback()
    engine.dispose()


@pytest.mark.parametrize("table", POSTED, ids=str)
def test_no_row_of_it_changes_or_goes(connection: Connection, table: Table) -> None:
    before = connection.scalar(select(func.count()).select_from(table))
    assert before
    for statement in _attempts(connection, table):
        _refused(connection, statement)
    assert connection.scalar(select(func.count()).select_from(table)) == before


def test_an_allocation_changes_only_in_its_kept_totals(connection: Connection) -> None:
    table = Base.metadata.tables["allocation"]
    for column in table.columns:
        if column.name not in {"spent_minor", "returned_minor"}:
            _refused(connection, update(table).values({column.name: column}))
    connection.execute(update(table).values(spent_minor=table.c.spent_minor))


def test_the_application_may_not_change_the_tables_themselves(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        pytest.skip("SQLite has no users; the chain finds what nobody can refuse there")
    for statement in (
        "ALTER TABLE posting DISABLE TRIGGER USER",
        "DROP TABLE posting CASCADE",
        "CREATE TABLE mine (id int)",
        "DROP TRIGGER posting_only_grows ON posting",
        "SET session_replication_role = replica",
    ):
        _refused(connection, text(statement))


def _refused(connection: Connection, statement: Executable) -> None:
    with pytest.raises(DBAPIError, match=REFUSAL), connection.begin_nested():
        connection.execute(statement)


def _attempts(connection: Connection, table: Table) -> Iterator[Any]:
    yield update(table).values({column.name: column for column in table.columns})
    yield delete(table)
    if connection.dialect.name == "postgresql":
        yield text(f'TRUNCATE "{table.name}" CASCADE')
        yield text(f'TRUNCATE "{table.name}"')
    else:
        everything = select(table).order_by(*table.primary_key)
        yield table.insert().prefix_with("OR REPLACE").from_select(list(table.columns), everything)


def _fitting(table: Table, column: str, row: dict[str, object]) -> Any:
    value = row.get(column)
    return table.columns[column].type.python_type(value) if column == "sale_id" else value
