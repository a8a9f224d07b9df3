"""What of an enterprise's support may be seen by anybody: as far as its entrepreneur chose."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, case, select
from sqlalchemy.orm import Session

from market.models.livelihood import Enterprise, SupportApplication, Tranche


def support_shown_condition() -> ColumnElement[bool]:
    """For the WHERE of a query over `Enterprise`: its page, its name and its support are shown."""
    return and_(
        Enterprise.page_shown,
        Enterprise.name_shown,
        Enterprise.support_shown,
        Enterprise.closed_at.is_(None),
    )


def supported_by_name(session: Session, tranche_ids: Iterable[int | None]) -> dict[int, str]:
    """Tranche id → the name of its enterprise, of those that may be seen."""
    ids = sorted({number for number in tranche_ids if number is not None})
    if not ids:
        return {}
    rows = session.execute(
        select(Tranche.id, Enterprise.name)
        .join(SupportApplication, SupportApplication.id == Tranche.application_id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(Tranche.id.in_(ids), support_shown_condition())
    )
    return dict(rows.all())


def enterprises_reached(
    session: Session, tranche_ids: Iterable[int | None]
) -> dict[int, tuple[int, bool]]:
    """Tranche id → its enterprise's id, and whether its entrepreneur lets the support be seen."""
    ids = sorted({number for number in tranche_ids if number is not None})
    if not ids:
        return {}
    rows = session.execute(
        select(Tranche.id, Enterprise.id, case((support_shown_condition(), 1), else_=0))
        .join(SupportApplication, SupportApplication.id == Tranche.application_id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(Tranche.id.in_(ids))
    )
    return {tranche_id: (number, bool(shown)) for tranche_id, number, shown in rows}
