"""Rows put in by the database's own driver, a thousand at once: selling is the one hot path.

SQLAlchemy's way of handling each value takes about as long as the database takes to write it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, LargeBinary, Table

from market.models.base import UtcDateTime

Processor = Callable[[Any], Any]


def insert_new(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> set[Any]:
    """Insert `rows` on SQLite, each in the order of the table's columns; gives the first column of
    those that went in.

    One that collides is left out only where it is a single row: a unit of work is the only writer,
    and whoever looked within it finds no collision.
    """
    if len(rows) == 1:
        statement = f"{_insert(table)} ON CONFLICT DO NOTHING"
        [bound] = _bound(rows, _processors(table, connection.dialect))
        return {rows[0][0]} if connection.exec_driver_sql(statement, bound).rowcount else set()
    insert_rows(connection, table, rows)
    return {row[0] for row in rows}


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows` on SQLite, each in the order of the table's columns; none may be there yet."""
    if rows:
        bound = _bound(rows, _processors(table, connection.dialect))
        connection.exec_driver_sql(_insert(table), bound)


def types_of(table: Table, dialect: Dialect) -> list[str]:
    """What the columns of a table are called in statements of our own."""
    return [column.type.compile(dialect) for column in table.columns]


def unnest(table: Table, dialect: Dialect) -> str:
    """Rows of a table as PostgreSQL takes any number of them: a list for each column."""
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in types_of(table, dialect))})"


def columns_of(rows: Sequence[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    """What `unnest` takes: the values of each column."""
    return tuple(list(column) for column in zip(*rows, strict=True))


@lru_cache
def _insert(table: Table) -> str:
    names = ", ".join(column.name for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - our own names


@lru_cache
def _processors(table: Table, dialect: Dialect) -> tuple[tuple[int, Processor], ...]:
    """The columns whose values the driver does not take as they are; bytes it does."""
    found = []
    for place, column in enumerate(table.columns):
        if isinstance(column.type, LargeBinary):
            continue
        if isinstance(column.type, UtcDateTime):
            found.append((place, _moments(dialect)))
            continue
        processor = column.type.dialect_impl(dialect).bind_processor(dialect)
        if processor is not None:
            found.append((place, processor))
    return tuple(found)


@lru_cache
def _moments(dialect: Dialect) -> Processor:
    """How moments are stored. A sale has the same one twice or thrice, a batch has one arrival."""
    processor = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(processor) if processor else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _bound(
    rows: Sequence[tuple[Any, ...]], processors: tuple[tuple[int, Processor], ...]
) -> list[tuple[Any, ...]]:
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for place, processor in processors:
        columns[place] = map(processor, columns[place])
    return list(zip(*columns, strict=True))
