"""PostgreSQL's cursor, that describes a column by what SQLAlchemy reads of it.

The driver makes an object with eight properties of every column of every answer, which takes as long
as all else it does for a question.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.pq import ExecStatus


class LeanCursor(psycopg.Cursor[Any]):
    """The driver's own cursor but for `description`: PEP 249's seven items, of which two are known."""

    @property
    def description(self) -> list[Any] | None:
        """Name and type (its OID) of each column; None where the statement gives no rows."""
        result = self.pgresult
        if result is None or result.status != ExecStatus.TUPLES_OK:
            return None
        return [
            ((result.fname(place) or b"").decode(), result.ftype(place), *_UNKNOWN)
            for place in range(result.nfields)
        ]


_UNKNOWN = (None,) * 5
