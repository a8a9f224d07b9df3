"""Who was asked in from outside to review, and what somebody from outside may review now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from market.models.ledger import Fund
from market.models.people import Community, OutsideReview, Person

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """An invitation in the list. `fund` is None for all of them; `reviewer` until it is taken up."""

    id: int
    link_id: int
    organisation: str
    fund: str | None
    invited_by: str
    invited_at: datetime
    ends_at: datetime
    reviewer: str | None
    withdrawn_at: datetime | None

    def stands(self, now: datetime) -> bool:
        return self.withdrawn_at is None and now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class MyReview:
    """What somebody from outside was asked to review, and where. `fund_id` is None for all."""

    community_id: int
    slug: str
    community: str
    fund_id: int | None
    ends_at: datetime
    withdrawn_at: datetime | None

    def stands(self, now: datetime) -> bool:
        return self.withdrawn_at is None and now < self.ends_at

    def covers(self, fund_id: int) -> bool:
        return self.fund_id in {None, fund_id}


def reviews_here(session: Session, community_id: int) -> list[ReviewRow]:
    """The newest invitations of a community."""
    rows = session.execute(
        _rows()
        .where(OutsideReview.community_id == community_id)
        .order_by(OutsideReview.id.desc())
        .limit(SHOWN)
    )
    return [ReviewRow(**row._mapping) for row in rows]  # noqa: SLF001 - a row's public mapping


def review_row(session: Session, community_id: int, review_id: int) -> ReviewRow | None:
    """One invitation of a community."""
    row = session.execute(
        _rows().where(OutsideReview.community_id == community_id, OutsideReview.id == review_id)
    ).one_or_none()
    return ReviewRow(**row._mapping) if row else None  # noqa: SLF001 - a row's public mapping


def reviews_of(session: Session, person_id: int) -> list[MyReview]:
    """What a person from outside was ever asked to review, the last to end first."""
    rows = session.execute(
        select(
            OutsideReview.community_id,
            Community.slug,
            Community.name.label("community"),
            OutsideReview.fund_id,
            OutsideReview.ends_at,
            OutsideReview.withdrawn_at,
        )
        .join(Community, Community.id == OutsideReview.community_id)
        .where(OutsideReview.person_id == person_id)
        .order_by(OutsideReview.ends_at.desc(), OutsideReview.id.desc())
        .limit(SHOWN)
    )
    return [MyReview(**row._mapping) for row in rows]  # noqa: SLF001 - a row's public mapping


def _rows() -> Select[int, int, str, str, str, datetime, datetime, str, datetime | None]:
    by, reviewer = aliased(Person), aliased(Person)
    return (
        select(
            OutsideReview.id,
            OutsideReview.link_id,
            OutsideReview.organisation,
            Fund.name.label("fund"),
            by.name.label("invited_by"),
            OutsideReview.invited_at,
            OutsideReview.ends_at,
            reviewer.name.label("reviewer"),
            OutsideReview.withdrawn_at,
        )
        .join(by, by.id == OutsideReview.invited_by_id)
        .outerjoin(Fund, Fund.id == OutsideReview.fund_id)
        .outerjoin(reviewer, reviewer.id == OutsideReview.person_id)
    )
