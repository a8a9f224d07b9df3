"""A market day with one of everything in its books, written, for the pages of reports."""

from __future__ import annotations

from dataclasses import fields

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from market.extensions import unit_of_work
from tests.books import busy_day
from tests.market_day import Day


@pytest.fixture
def day(app: Flask) -> Day:
    with app.app_context(), unit_of_work() as work:
        made = busy_day(work)
        work.flush()
        _read_again(work, made)
        _read_again(work, made.cast)
        return made


def _read_again(session: Session, made: object) -> None:
    """The rows of a stage, which the unit of work that made them has let go of."""
    for field in fields(made):  # type: ignore[arg-type]  # a dataclass
        row = getattr(made, field.name)
        if hasattr(row, "_sa_instance_state") and row in session:
            session.refresh(row)
