"""The proceeds line in a real database against the position-by-position oracle, refunds included."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from sqlalchemy.orm import Session

from tests.actions.ledger.line_on_database import StoredLine
from tests.domain.line_twins import Twins, tell_a_story

STORIES = 40


@pytest.mark.parametrize("tenth", range(10))
def test_any_history_is_the_oracles(session: Session, tenth: int) -> None:
    for seed in range(tenth, STORIES, 10):
        story = tell_a_story(seed, book=partial(StoredLine, session), acts=20)
        story.compare()
        _compare_pages(story)


def test_amounts_longer_than_a_moves_row_are_cut_and_found(session: Session) -> None:
    story = tell_a_story(7, book=partial(StoredLine, session), scale=900, acts=15)
    story.compare()
    _compare_pages(story)


def _compare_pages(story: Twins) -> None:
    """What a receipt's page and a wish's page say is what the oracle knows of every unit."""
    line = story.book
    assert isinstance(line, StoredLine)
    for sale in range(len(line.sales)):
        units = Counter(owner for part in story.oracle.trace(sale) for owner in part)
        assert line.places(sale) == units
    sale_of = {unit: sale for sale, units in enumerate(story.oracle.sales) for unit in units}
    for allocation in range(len(line.allocations)):
        held = story.oracle.held_by(("allocation", allocation))
        given = Counter(sale_of[unit] for part in held for unit in part if unit in sale_of)
        assert line.given_to(allocation) == given
