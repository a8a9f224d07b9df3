"""Nobody decides on support in which they have an interest: the entrepreneur, relatives, helpers."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.livelihood.plan import (
    ApplicantMayNotDecide,
    HelperMayNotDecide,
    RelativeMayNotDecide,
)
from market.models.ledger import Party
from market.models.livelihood import Enterprise, EnterpriseAccess
from market.models.people import DeclaredInterest


def require_no_interest(session: Session, party_ids: Iterable[int], person_id: int) -> None:
    """Require that a person is none of these parties, no declared relative, no standing helper.

    Helpers have declared an interest, too: what they hear is why. Raises ApplicantMayNotDecide,
    HelperMayNotDecide, RelativeMayNotDecide.
    """
    parties = sorted(set(party_ids))
    own = select(Party.id).where(Party.id.in_(parties), Party.person_id == person_id)
    if session.scalar(own.limit(1)) is not None:
        raise ApplicantMayNotDecide
    helps = (
        select(EnterpriseAccess.id)
        .join(Enterprise, Enterprise.id == EnterpriseAccess.enterprise_id)
        .where(
            Enterprise.party_id.in_(parties),
            EnterpriseAccess.person_id == person_id,
            EnterpriseAccess.revoked_at.is_(None),
        )
    )
    if session.scalar(helps.limit(1)) is not None:
        raise HelperMayNotDecide
    declared = select(DeclaredInterest.party_id).where(
        DeclaredInterest.party_id.in_(parties), DeclaredInterest.person_id == person_id
    )
    if session.scalar(declared.limit(1)) is not None:
        raise RelativeMayNotDecide
