"""The same rows put in by the driver alone: what the database can do with nobody in between."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import make_url

from market.extensions import SQLITE_PRAGMAS

Row = tuple[Any, ...]
"""As the driver takes it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One sale: its own row and those of its lines."""

    sale: Row
    lines: tuple[Row, ...]


def insert_each(url: str, clients: Sequence[Sequence[Rows]]) -> tuple[float, list[float]]:
    """Every client writes its sales one by one, each durable before the next.

    Gives the seconds of all and of each. On SQLite clients take turns, as they would in any
    program that means well; on PostgreSQL each has a connection and its statements are prepared.
    """
    begun: list[float] = []
    together = threading.Barrier(len(clients), lambda: begun.append(time.perf_counter()))
    turn = threading.Lock()
    one_client = _on_sqlite if url.startswith("sqlite") else _on_postgresql
    with ThreadPoolExecutor(len(clients)) as pool:
        done = [pool.submit(one_client, url, sales, together, turn) for sales in clients]
        latencies = [seconds for one in done for seconds in one.result()]
        return time.perf_counter() - begun[0], latencies


def insert_at_once(url: str, sales: Sequence[Rows]) -> float:
    """Write all the sales in one durable batch; gives the seconds it took."""
    if url.startswith("sqlite"):
        return _batch_on_sqlite(url, sales)
    return _batch_on_postgresql(url, sales)


def sale_rows(url: str) -> list[Rows]:
    """The sales that are in a database, as its driver gives them."""
    if url.startswith("sqlite"):
        with _sqlite(url) as connection:
            return _read(lambda statement: connection.execute(statement).fetchall())
    with psycopg.connect(_dsn(url)) as server:
        return _read(lambda statement: server.execute(statement).fetchall())


def _read(query: Callable[[str], list[Row]]) -> list[Rows]:
    lines: dict[Any, list[Row]] = {}
    for row in query("SELECT * FROM sale_line ORDER BY sale_id, number"):
        lines.setdefault(row[0], []).append(row)
    return [
        Rows(tuple(row), tuple(lines[row[0]])) for row in query("SELECT * FROM sale ORDER BY id")
    ]


def _on_sqlite(
    url: str, sales: Sequence[Rows], together: threading.Barrier, turn: threading.Lock
) -> list[float]:
    latencies = []
    with _sqlite(url) as connection:
        sale, line = (_insert(table, "?", len(row)) for table, row in _kinds(sales))
        together.wait()
        for rows in sales:
            begun = time.perf_counter()
            with turn:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(sale, rows.sale)
                connection.executemany(line, rows.lines)
                connection.execute("COMMIT")
            latencies.append(time.perf_counter() - begun)
    connection.close()
    return latencies


def _on_postgresql(
    url: str, sales: Sequence[Rows], together: threading.Barrier, _turn: threading.Lock
) -> list[float]:
    latencies = []
    with psycopg.connect(_dsn(url), prepare_threshold=0) as connection:
        sale, line = (_insert(table, "%s", len(row)) for table, row in _kinds(sales))
        together.wait()
        for rows in sales:
            begun = time.perf_counter()
            cursor = connection.cursor()
            cursor.execute(sale, rows.sale)
            cursor.executemany(line, rows.lines)
            connection.commit()
            latencies.append(time.perf_counter() - begun)
    return latencies


def _batch_on_sqlite(url: str, sales: Sequence[Rows]) -> float:
    with _sqlite(url) as connection:
        sale, line = (_insert(table, "?", len(row)) for table, row in _kinds(sales))
        begun = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(sale, [rows.sale for rows in sales])
        connection.executemany(line, [row for rows in sales for row in rows.lines])
        connection.execute("COMMIT")
        seconds = time.perf_counter() - begun
    connection.close()
    return seconds


def _batch_on_postgresql(url: str, sales: Sequence[Rows]) -> float:
    """One statement for each table, a list for each column: the fastest way short of COPY."""
    with psycopg.connect(_dsn(url), prepare_threshold=0) as connection:
        statements = [_unnest(connection, table) for table, _ in _kinds(sales)]
        columns = [
            [list(column) for column in zip(*(rows.sale for rows in sales), strict=True)],
            [list(c) for c in zip(*(row for rows in sales for row in rows.lines), strict=True)],
        ]
        begun = time.perf_counter()
        for statement, lists in zip(statements, columns, strict=True):
            connection.execute(statement, lists)
        connection.commit()
        return time.perf_counter() - begun


def _kinds(sales: Sequence[Rows]) -> tuple[tuple[str, Row], tuple[str, Row]]:
    return ("sale", sales[0].sale), ("sale_line", sales[0].lines[0])


def _insert(table: str, mark: str, columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join([mark] * columns)})"  # noqa: S608 - our tables


def _unnest(connection: psycopg.Connection, table: str) -> bytes:
    types = connection.execute(
        "SELECT format_type(atttypid, NULL) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
        [table],
    ).fetchall()
    lists = ", ".join(f"%s::{row[0]}[]" for row in types)
    return f"INSERT INTO {table} SELECT * FROM unnest({lists})".encode()  # noqa: S608 - our tables


def _sqlite(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _dsn(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
