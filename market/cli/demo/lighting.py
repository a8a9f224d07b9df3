"""The demo's lighting plan: what today's market is to light, agreed on before it opened."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.proceeds.lighting_plans import (
    DecidePlan,
    PlannedLine,
    ProposePlan,
    decide_plan,
    propose_plan,
)
from market.cli.demo.neighbourhood import Neighbourhood
from market.domain.proceeds.purpose import FundPurpose
from market.domain.proceeds.wish import WishKind
from market.models.proceeds import Wish


def agree_on_a_plan(
    session: Session, place: Neighbourhood, market_day_id: int, *, now: datetime
) -> None:
    """Every wish that waits for money, the cheapest first, so that several light in one morning."""
    missing = Wish.cost_minor - Wish.funded_minor
    waiting = session.execute(
        select(Wish.id, missing)
        .where(
            Wish.community_id == place.community_id,
            Wish.state == "open",
            Wish.kind != str(WishKind.COMPANY),
        )
        .order_by(missing, Wish.id)
    ).all()
    plan = propose_plan(
        session,
        ProposePlan(
            community_id=place.community_id,
            market_day_id=market_day_id,
            fund_id=place.funds[FundPurpose.WISHES],
            lines=tuple(
                PlannedLine(wish_id=wish_id, amount_minor=amount) for wish_id, amount in waiting
            ),
            note="先小后大，让现场多亮几盏",
        ),
        by_id=place.id_of("zhima"),
        now=now,
    )
    decide_plan(
        session,
        DecidePlan(community_id=place.community_id, plan_id=plan.id, approved=True),
        by_id=place.id_of("doubao"),
        now=now + timedelta(hours=2),
    )
