"""Services of an earlier market for another one: who serves, how turns are taken, which times."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from market.actions.sales.turn_changes import start_counting
from market.domain.sales.bookings import minute_of
from market.models.sales import Listing, MarketDay, Service, Slot


def copy_services(session: Session, copies: Mapping[int, int], day: MarketDay) -> None:
    """Let the copies of listings (by the ids of the first ones) be served as those are.

    Slots come along as far as they fit into the hours of `day`; nobody has them yet.
    """
    rows = session.execute(
        select(Service, Listing.minutes)
        .join(Listing, Listing.id == Service.listing_id)
        .where(Service.listing_id.in_(copies))
        .order_by(Service.listing_id)
    ).all()
    if not rows:
        return
    start_counting(session, day.id)
    session.add_all(
        Service(
            listing_id=copies[service.listing_id],
            way=service.way,
            provider=service.provider,
            care=service.care,
        )
        for service, _ in rows
    )
    session.flush()
    minutes = {service.listing_id: minutes or 0 for service, minutes in rows}
    slots = session.execute(
        select(Slot.listing_id, Slot.at)
        .where(Slot.listing_id.in_(minutes))
        .order_by(Slot.listing_id, Slot.at)
    )
    fitting = [
        {"listing_id": copies[listing_id], "at": at, "turn_id": None}
        for listing_id, at in slots
        if at >= day.starts_at and minute_of(at) + minutes[listing_id] <= minute_of(day.ends_at)
    ]
    if fitting:
        session.execute(insert(Slot), fitting)
