"""The official headings of a community's accounts: its own where it chose, else the preset's."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.ledger.account import AccountKind
from market.domain.ledger.heading import PRESET, Heading, Headings
from market.models.ledger import AccountHeading


def headings_of(session: Session, community_id: int) -> Headings:
    """A heading for every kind of account."""
    rows = session.execute(
        select(AccountHeading.kind, AccountHeading.code, AccountHeading.name).where(
            AccountHeading.community_id == community_id
        )
    )
    own = {AccountKind(kind): Heading(code, name) for kind, code, name in rows}
    return {kind: own.get(kind, PRESET[kind]) for kind in AccountKind}
