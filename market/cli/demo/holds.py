"""A neighbour of the demo who brings a thing: asked for on the public page, and waiting for a call."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.proceeds.holds import AskHold, ask_hold
from market.cli.demo.neighbourhood import Neighbourhood
from market.cli.vault.opened import has_vault, the_vault
from market.domain.identity.contact import KEPT_DAYS, HoldContact
from market.domain.proceeds.wish import WishKind, WishState
from market.models.proceeds import LightingLine, Wish
from market.queries.proceeds.visibility import visible_wish_condition
from market.vault.contacts import keep_contact


def somebody_brings_a_thing(session: Session, place: Neighbourhood, *, now: datetime) -> bool:
    """The newest wish for a thing that no plan names; not where the vault is closed."""
    vault = the_vault() if has_vault() else None
    if vault is None or vault.closed_because() is not None:
        return False
    today = now.date()
    wish = session.scalars(
        select(Wish)
        .where(
            Wish.community_id == place.community_id,
            Wish.state == WishState.OPEN,
            Wish.kind == WishKind.GOODS,
            Wish.funded_minor == 0,
            Wish.id.not_in(select(LightingLine.wish_id)),
            visible_wish_condition(today),
        )
        .order_by(Wish.id.desc())
        .limit(1)
    ).one_or_none()
    if wish is None:
        return False
    asked = AskHold(community_id=place.community_id, wish_id=wish.id, at_desk=False)
    hold = ask_hold(session, asked, by_id=None, now=now, random_bytes=secrets.token_bytes)
    with vault.working() as opened:
        keep_contact(
            opened,
            hold.reference,
            HoldContact("灯阿姨（演示）", "10000000001"),
            community_id=place.community_id,
            keep_until=today + timedelta(days=KEPT_DAYS),
            now=now,
            random_bytes=secrets.token_bytes,
        )
    return True
