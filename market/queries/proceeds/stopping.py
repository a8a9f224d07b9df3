"""The guardian's half of a consent sheet: by its address, and the one to print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.models.people import Community
from market.models.proceeds import PublicationStop, StopCode


@dataclass(frozen=True, slots=True)
class Half:
    """A half that somebody holds; `stopped_at` once it was used. Whose it is, it does not say."""

    community: str
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class PrintedHalf:
    """The newest half of one reference, as the desk prints it again."""

    id: int
    salt: bytes
    token_hash: bytes
    made_at: datetime
    stopped_at: datetime | None


def half_by_hash(session: Session, token_hash: bytes) -> Half | None:
    row = session.execute(
        select(Community.name, PublicationStop.stopped_at)
        .select_from(StopCode)
        .join(Community, Community.id == StopCode.community_id)
        .outerjoin(PublicationStop, PublicationStop.code_id == StopCode.id)
        .where(StopCode.token_hash == token_hash)
    ).one_or_none()
    return None if row is None else Half(*row)


def newest_half(session: Session, community_id: int, reference: str) -> PrintedHalf | None:
    row = session.execute(
        select(
            StopCode.id,
            StopCode.salt,
            StopCode.token_hash,
            StopCode.made_at,
            PublicationStop.stopped_at,
        )
        .outerjoin(PublicationStop, PublicationStop.code_id == StopCode.id)
        .where(StopCode.community_id == community_id, StopCode.reference == reference)
        .order_by(StopCode.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else PrintedHalf(*row)
