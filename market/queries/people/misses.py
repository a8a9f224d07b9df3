"""How often somebody guessed wrong lately, as the organisers are told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.models.people import Miss


def misses_since(session: Session, key_hash: bytes, since: datetime) -> int:
    """The misses against one key; by whom and from where is not kept."""
    return session.scalars(
        select(func.count()).select_from(Miss).where(Miss.key_hash == key_hash, Miss.at > since)
    ).one()
