"""What is here already of a list of wishes: the same words, references, rows taken in before."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from market.domain.proceeds.wish import OVER
from market.domain.proceeds.wish_content import WishContent
from market.models.proceeds import Consent, Wish, WishListRow


def wishes_alike(
    session: Session, community_id: int, contents: Sequence[WishContent]
) -> dict[tuple[str, int], str]:
    """(text, cost in minor units) → the code of a wish here, not over, that says the very same."""
    rows = session.execute(
        select(Wish.text, Wish.cost_minor, Wish.code)
        .where(
            Wish.community_id == community_id,
            Wish.text.in_({content.text for content in contents}),
            Wish.state.not_in(OVER),
        )
        .order_by(Wish.id.desc())
    )
    return {(row.text, row.cost_minor): row.code for row in rows}


def references_known(session: Session, community_id: int, references: Collection[str]) -> set[str]:
    """Those of the references that a wish or a consent here has."""
    wishes = select(Wish.consent_ref).where(
        Wish.community_id == community_id, Wish.consent_ref.in_(references)
    )
    consents = select(Consent.reference).where(
        Consent.community_id == community_id, Consent.reference.in_(references)
    )
    return set(session.scalars(union(wishes, consents)))


def rows_taken_in(session: Session, community_id: int, keys: Collection[str]) -> dict[str, int]:
    """Key → wish, of those rows that became wishes."""
    rows = session.execute(
        select(WishListRow.key, WishListRow.wish_id).where(
            WishListRow.community_id == community_id, WishListRow.key.in_(keys)
        )
    )
    return {row.key: row.wish_id for row in rows}
