"""Rows put in by the database's own driver, a thousand at once: selling is the one hot path.

SQLAlchemy's way of handling each value takes about as long as the database takes to write it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table

Processor = Callable[[Any], Any]


def insert_new(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> set[Any]:
    """Insert `rows`, each in the order of the table's columns; gives the first column of those in.

    PostgreSQL leaves out what collides with a row that another transaction has just committed,
    SQLite only where it is a single row: a unit of work is the only writer there, and whoever
    looked within it finds no collision.
    """
    if not rows:
        return set()
    if connection.dialect.name == "postgresql":
        statement = _unnest(table, connection.dialect)
        return set(connection.exec_driver_sql(statement, _columns(rows)).scalars())
    if len(rows) == 1:
        statement = f"{_insert(table)} ON CONFLICT DO NOTHING"
        bound = _bound(rows[0], _processors(table, connection.dialect))
        return {rows[0][0]} if connection.exec_driver_sql(statement, bound).rowcount else set()
    insert_rows(connection, table, rows)
    return {row[0] for row in rows}


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows`, each in the order of the table's columns; none of them may be there yet."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        statement = _unnest(table, connection.dialect)
        connection.exec_driver_sql(statement, _columns(rows))
        return
    processors = _processors(table, connection.dialect)
    connection.exec_driver_sql(_insert(table), [_bound(row, processors) for row in rows])


@lru_cache
def _insert(table: Table) -> str:
    names = ", ".join(column.name for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - our own names


@lru_cache
def _unnest(table: Table, dialect: Dialect) -> str:
    """One statement for any number of rows: a list for each column, prepared once."""
    names = ", ".join(column.name for column in table.columns)
    lists = ", ".join(f"%s::{column.type.compile(dialect)}[]" for column in table.columns)
    key = next(iter(table.columns)).name
    return (
        f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({lists})"  # noqa: S608
        f" ON CONFLICT DO NOTHING RETURNING {key}"
    )


@lru_cache
def _processors(table: Table, dialect: Dialect) -> tuple[tuple[int, Processor], ...]:
    """The columns whose values the driver does not take as they are."""
    found = []
    for place, column in enumerate(table.columns):
        processor = column.type.dialect_impl(dialect).bind_processor(dialect)
        if processor is not None:
            found.append((place, processor))
    return tuple(found)


def _bound(row: tuple[Any, ...], processors: tuple[tuple[int, Processor], ...]) -> tuple[Any, ...]:
    values = list(row)
    for place, processor in processors:
        values[place] = processor(values[place])
    return tuple(values)


def _columns(rows: Sequence[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))
