"""What the vault's pages change in the main database: age bands, and an erased child's publications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.proceeds.consents import (
    NothingToWithdraw,
    WithdrawConsents,
    withdraw_consents,
)
from market.domain.errors import N_, Invalid
from market.domain.proceeds.consent import Purpose
from market.models.proceeds import Wish


class WishUnknown(Invalid):
    """No wish of this community has this code."""

    sentence = N_("没有编号是“%(code)s”的心愿，请对照心愿卡再输一次。")


def require_wish(session: Session, community_id: int, code: str) -> None:
    """Raises WishUnknown."""
    known = select(Wish.id).where(Wish.community_id == community_id, Wish.code == code)
    if session.scalar(known) is None:
        raise WishUnknown(code=code, field="code")


def set_age_bands(
    session: Session, community_id: int, bands: Mapping[str, str], *, now: datetime
) -> int:
    """Let each wish say the band that the vault allows now, and any other none; how many changed."""
    changed = 0
    # No wish but these and those that say a band now can change.
    rows = session.scalars(
        select(Wish).where(
            Wish.community_id == community_id,
            Wish.code.in_(bands) | (Wish.age_band != ""),
        )
    )
    for wish in rows:
        band = bands.get(wish.code, "")
        if wish.age_band != band:
            wish.age_band = band
            wish.changed_at = now
            changed += 1
    session.flush()
    return changed


def stop_showing(
    session: Session, community_id: int, codes: Iterable[str], *, by_id: int | None, now: datetime
) -> None:
    """Take back every consent behind these wishes: nothing of an erased child renders any more."""
    references = session.scalars(
        select(Wish.consent_ref)
        .where(Wish.community_id == community_id, Wish.code.in_(list(codes)))
        .distinct()
    ).all()
    for reference in sorted(references):
        command = WithdrawConsents(
            community_id=community_id, reference=reference, purposes=frozenset(Purpose)
        )
        try:
            withdraw_consents(session, command, by_id=by_id, now=now)
        except NothingToWithdraw:
            continue
