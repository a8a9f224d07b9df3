"""What is kept of a market day's turns: how often they changed, so that a page knows its age."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.models.sales import MarketDay, TurnCount


def start_counting(session: Session, market_day_id: int) -> None:
    """Let a market day have a count; whoever sets up another service of it waits."""
    session.execute(
        select(MarketDay.id).where(MarketDay.id == market_day_id).with_for_update(key_share=True)
    )
    if session.get(TurnCount, market_day_id) is None:
        session.add(TurnCount(market_day_id=market_day_id, changes=0))
        session.flush()


def turns_changed(session: Session, market_day_id: int) -> None:
    """Count a change, last in its unit of work: the row is every turn's of the day."""
    session.flush()
    session.execute(
        update(TurnCount)
        .where(TurnCount.market_day_id == market_day_id)
        .values(changes=TurnCount.changes + 1)
        .execution_options(synchronize_session=False)
    )
