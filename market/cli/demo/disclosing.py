"""The demo's past market is disclosed on its own day, and once more when more was known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.public.disclosing import Publish, publish
from market.cli.demo.neighbourhood import Neighbourhood
from market.models.sales import MarketDay
from market.queries.public.disclosures import figures_of_day

WHY = (
    "收摊以后，有一张小票才从手机上传到，按补充结账记进来；一位邻居买的手工皂压坏了包装，已经退款。"
    "两个人同意以后，专款里的钱安排给了心愿。"
)


def publish_sums(
    session: Session, place: Neighbourhood, market_day_id: int, *, now: datetime, why: str = ""
) -> None:
    """Publish what the books say of it now, as the treasurer."""
    slug = session.scalars(select(MarketDay.slug).where(MarketDay.id == market_day_id)).one()
    figures = figures_of_day(session, slug)
    assert figures is not None
    command = Publish(
        community_id=place.community_id, market_day_id=market_day_id, seen=figures.hash, why=why
    )
    publish(session, command, by_id=place.id_of("qingning"), now=now)
