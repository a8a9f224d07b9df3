"""A session all of whose questions see the same moment, while others write on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from market.extensions import db


@contextmanager
def one_moment() -> Iterator[Session]:
    """For looking at the whole of the books; it writes nothing."""
    engine = db.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    with Session(engine) as session:
        yield session
