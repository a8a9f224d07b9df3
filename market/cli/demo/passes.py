"""The demo's stall passes: one for each stall of today's market, ready to be scanned."""

from __future__ import annotations

import secrets

from sqlalchemy.orm import Session

from market.actions.sales.passes import make_passes
from market.cli.demo.markets import DemoMarket
from market.cli.demo.neighbourhood import Neighbourhood
from market.web.passes import new_pass_secret


def prepare_passes(session: Session, place: Neighbourhood, market: DemoMarket) -> None:
    """A pass for every stall when the market opens, and the day's digits."""
    make_passes(
        session,
        place.community_id,
        market.market_day_id,
        new_secret=new_pass_secret,
        random_bytes=secrets.token_bytes,
        by_id=place.id_of("zhima"),
        now=market.opened_at,
    )
