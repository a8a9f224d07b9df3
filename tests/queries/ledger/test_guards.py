"""Invariant 3: what is posted cannot be changed or removed by SQL as the application's own user.

On PostgreSQL by no statement at all; on SQLite by no INSERT OR REPLACE, UPDATE or DELETE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    Connection,
    Executable,
    ScalarSelect,
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


def _first(table: str, column: str) -> ScalarSelect[Any]:
    """A column of the first row of a table, whichever row that is."""
    found = Base.metadata.tables[table]
    return select(found.columns[column]).order_by(*found.primary_key).limit(1).scalar_subquery()


_TURN = UUID("0192f0c1-0000-7000-8000-000000000002")
RARE: dict[str, dict[str, object]] = {
    "consent_withdrawal": {"consent_id": 1, "withdrawn_at": NOW},
    "stop_code": {
        "id": 1,
        "community_id": 1,
        "reference": "T-7K3P-9QXM",
        "token_hash": bytes(32),
        "salt": bytes(16),
        "made_by_id": 1,
        "made_at": NOW,
    },
    "publication_stop": {"code_id": 1, "stopped_at": NOW},
    "wish_priority": {
        "id": 1,
        "wish_id": 1,
        "first": True,
        "reason": "x",
        "by_id": 1,
        "at": NOW,
    },
    "wish_list_row": {"community_id": 1, "key": "x", "wish_id": 1, "by_id": 1, "at": NOW},
    "purchase_item": {
        "move_id": 1,
        "number": 1,
        "name": "x",
        "estimated_minor": 1,
        "amount_minor": 1,
        "difference": "",
    },
    "quarantined_sale": {
        "till_id": 1,
        "device_id": 1,
        "sale_id": "0192f0c1-0000-7000-8000-000000000000",
        "content": "{}",
        "hash": bytes(32),
        "reason": "other_content",
        "received_at": NOW,
    },
    "aside_decision": {
        "quarantined_id": _first("quarantined_sale", "id"),
        "outcome": "discarded",
        "reason": "x",
        "decided_by_id": 1,
        "decided_at": NOW,
    },
    "phone_void": {
        "id": UUID("0192f0c1-0000-7000-8000-000000000001"),
        "device_id": 1,
        "sale_id": "0192f0c1-0000-7000-8000-000000000000",
        "reason": "x",
        "sequence": 1,
        "phone_at": NOW,
        "received_at": NOW,
        "hash": bytes(32),
    },
    "slip": {"code": "222222222222", "device_id": 1, "minted_at": NOW},
    "import_batch": {
        "community_id": 1,
        "file_hash": bytes(32),
        "receipts": 1,
        "rejected": 0,
        "ignored": 0,
        "imported_by_id": 1,
        "imported_at": NOW,
    },
    "market_change": {
        "id": 1,
        "market_day_id": 1,
        "from_on": NOW.date(),
        "reason": "下雨",
        "said_by_id": 1,
        "said_at": NOW,
    },
    "statement": {
        "id": 1,
        "market_day_id": 1,
        "tender": "wechat",
        "file_hash": bytes(32),
        "kept": 1,
        "known": 0,
        "elsewhere": 0,
        "ignored": 0,
        "imported_by_id": 1,
        "imported_at": NOW,
    },
    "statement_line": {
        "id": 1,
        "statement_id": 1,
        "market_day_id": 1,
        "tender": "wechat",
        "number_hash": bytes(32),
        "tail": "0001",
        "at": NOW,
        "amount_minor": 15_00,
        "fee_minor": 0,
    },
    "statement_word": {
        "id": 1,
        "market_day_id": 1,
        "tender": "wechat",
        "line_id": 1,
        "note": "x",
        "said_by_id": 1,
        "said_at": NOW,
    },
    "payout_signature": {
        "move_id": _first("money_move", "id"),
        "way": "paper",
        "slip": "x",
        "by_id": 1,
        "signed_at": NOW,
    },
    "closure_phone": {
        "closure_id": _first("closure", "id"),
        "device_id": 1,
        "name": "x",
        "signed_off_at": NOW,
        "unsent": 0,
        "missing": 0,
        "reason": "",
    },
    "cash_hand_over": {
        "till_id": 1,
        "amount_minor": 15_00,
        "giver": "x",
        "taker": "y",
        "strokes": "",
        "holder_id": 1,
        "by_id": 1,
        "at": NOW,
    },
    "turn": {
        "id": _TURN,
        "listing_id": 1,
        "device_id": 1,
        "number": 1,
        "label": "A1",
        "tag": "",
        "taken_at": NOW,
    },
    "turn_step": {
        "turn_id": _TURN,
        "ordinal": 1,
        "state": "waiting",
        "first_name": "",
        "second_name": "",
        "tag_lost": False,
        "at": NOW,
    },
    "turn_promise": {"turn_id": _TURN, "ordinal": 1, "due_on": NOW.date(), "by_id": 1, "at": NOW},
    "disclosure": {
        "id": 1,
        "community_id": 1,
        "market_day_id": 1,
        "number": 1,
        "figures": {},
        "hash": bytes(32),
        "why": "",
        "published_by_id": 1,
        "published_at": NOW,
    },
    "sale_turn": {
        "sale_id": _first("sale_line", "sale_id"),
        "number": _first("sale_line", "number"),
        "turn_id": _TURN,
    },
}
"""Rows of tables that a busy day has none of."""


NEW_VOUCHER = text(
    "INSERT INTO voucher (id, community_id, month, number, kind, booked_on, at, memo, by_id)"
    " SELECT 9999, community_id, month, 9999, kind, booked_on, at, memo, by_id FROM voucher"
    " WHERE id = (SELECT min(id) FROM voucher)"
)
REFUSAL = re.compile(
    "only grows|is sealed|does not balance|is closed|permission denied|must be owner"
)


@pytest.fixture
def connection(written: Written) -> Iterator[Connection]:
    """As the application, in a transaction that never commits."""
    engine = create_engine(written.url)
    with engine.connect() as connection, connection.begin() as transaction:
        if connection.dialect.name == "sqlite":
            # The driver begins nothing by itself, and only the application's own engines do.
            connection.exec_driver_sql("BEGIN")
        for name, row in RARE.items():
            table = Base.metadata.tables[name]
            columns = {column.name: _fitting(table, column.name, row) for column in table.columns}
            present = {name: value for name, value in columns.items() if value is not None}
            connection.execute(table.insert().values(present))
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
    if column == "sale_id" and isinstance(value, str):
        return table.columns[column].type.python_type(value)
    return value


def test_an_unbalanced_voucher_is_refused_and_so_is_one_of_nothing(connection: Connection) -> None:
    account = connection.execute(text("SELECT id FROM account LIMIT 1")).scalar_one()
    posting = text(
        "INSERT INTO posting (voucher_id, account_id, amount_minor) VALUES (9999, :account, 1)"
    )
    lonely = connection.begin_nested()
    connection.execute(posting, {"account": account})
    with pytest.raises(DBAPIError, match="does not balance"), connection.begin_nested():
        connection.execute(NEW_VOUCHER)
    lonely.rollback()
    with pytest.raises(DBAPIError, match="does not balance"), connection.begin_nested():
        connection.execute(NEW_VOUCHER)


def test_a_sealed_voucher_takes_no_further_posting(connection: Connection) -> None:
    more = text(
        "INSERT INTO posting (voucher_id, account_id, amount_minor)"
        " SELECT voucher_id, account_id, 1 FROM posting LIMIT 1"
    )
    with pytest.raises(DBAPIError, match="is sealed"), connection.begin_nested():
        connection.execute(more)


def test_a_voucher_is_booked_in_the_month_of_its_day(connection: Connection) -> None:
    posting = text(
        "INSERT INTO posting (voucher_id, account_id, amount_minor)"
        " SELECT 9999, account_id, amount_minor FROM posting WHERE voucher_id ="
        " (SELECT min(id) FROM voucher)"
    )
    connection.execute(posting)
    other_month = text(
        str(NEW_VOUCHER).replace(
            "SELECT 9999, community_id, month", "SELECT 9999, community_id, '2001-01'"
        )
    )
    with pytest.raises(DBAPIError, match="another month"), connection.begin_nested():
        connection.execute(other_month)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("UPDATE fund SET taken_minor = laid_minor + 1", "taken_within_laid"),
        ("UPDATE fund SET taken_minor = -1", "taken_within_laid"),
        ("UPDATE account SET balance_minor = -1 WHERE kind = 'cash_safe'", "debit_side"),
        ("UPDATE account SET balance_minor = 1 WHERE kind = 'fund_committed'", "credit_side"),
        ("UPDATE allocation SET spent_minor = amount_minor + 1", "within"),
        ("UPDATE wish SET funded_minor = cost_minor + 1", "not_overfunded"),
        ("UPDATE policy_share SET weight = weight + 1", "policy is frozen"),
        ("DELETE FROM policy_share", "policy is frozen|permission denied"),
    ],
)
def test_no_total_goes_past_its_bounds(connection: Connection, change: str, refusal: str) -> None:
    with pytest.raises(DBAPIError, match=refusal), connection.begin_nested():
        connection.execute(text(change))


def test_a_closed_sale_is_not_voided_any_more(connection: Connection) -> None:
    void = text(
        "INSERT INTO sale_void (sale_id, id, reason, sequence, phone_at, voided_by_id, voided_at,"
        " hash) SELECT place.sale_id, place.sale_id, 'x', 1, void.phone_at, void.voided_by_id,"
        " void.voided_at, void.hash FROM sale_position place, sale_void void"
        " WHERE place.sale_id <> void.sale_id LIMIT 1"
    )
    with pytest.raises(DBAPIError, match="sale is closed"), connection.begin_nested():
        connection.execute(void)
