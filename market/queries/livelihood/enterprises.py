"""Enterprises of a community, as the desk sees them: what they are, and who comes in to their pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.models.ledger import Party
from market.models.livelihood import Enterprise, EnterpriseAccess
from market.models.people import Person


class NoSuchEnterprise(Missing):
    """No enterprise of this community has this id."""

    sentence = N_("没有找到这个创业项目，请从创业者名单重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseAtDesk:
    """An enterprise; `party_name` is what the books call its entrepreneur."""

    id: int
    code: str
    name: str
    party_id: int
    party_name: str
    has_account: bool
    page_shown: bool
    accesses: int
    closed_at: datetime | None


def enterprises_here(session: Session, community_id: int) -> list[EnterpriseAtDesk]:
    """All of a community's, by name; closed ones last."""
    return _found(session, Enterprise.community_id == community_id)


def enterprise_here(session: Session, community_id: int, enterprise_id: int) -> EnterpriseAtDesk:
    """One of them; raises NoSuchEnterprise."""
    found = _found(session, Enterprise.community_id == community_id, Enterprise.id == enterprise_id)
    if not found:
        raise NoSuchEnterprise
    return found[0]


def _found(session: Session, *conditions: ColumnElement[bool]) -> list[EnterpriseAtDesk]:
    standing = (
        select(func.count())
        .where(
            EnterpriseAccess.enterprise_id == Enterprise.id,
            EnterpriseAccess.revoked_at.is_(None),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(Enterprise, Party.name, Person.password_hash.is_not(None), standing)
        .join(Party, Party.id == Enterprise.party_id)
        .outerjoin(Person, Person.id == Party.person_id)
        .where(*conditions)
        .order_by(Enterprise.closed_at.is_not(None), Enterprise.name, Enterprise.id)
    )
    return [
        EnterpriseAtDesk(
            id=row.id,
            code=row.code,
            name=row.name,
            party_id=row.party_id,
            party_name=party_name,
            has_account=bool(has_account),
            page_shown=row.page_shown,
            accesses=int(accesses),
            closed_at=row.closed_at,
        )
        for row, party_name, has_account, accesses in rows
    ]
