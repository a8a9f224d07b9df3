"""Acts on people in the audit chain: numbers of rows and names of roles, never a person's name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.models.people import RoleGrant


def note_of_person(
    session: Session, kind: str, person_id: int, *, now: datetime, by_id: int | None = None
) -> None:
    """Note an act on somebody's identity in every community where they hold a role.

    `by_id` is null where whoever runs the server did it.
    """
    communities = session.scalars(
        select(RoleGrant.community_id)
        .where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
        .distinct()
        .order_by(RoleGrant.community_id)
    )
    for community_id in communities.all():
        note(
            session,
            kind,
            community_id=community_id,
            now=now,
            person=person_id,
            by=by_id or 0,
        )
