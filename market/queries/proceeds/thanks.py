"""Words of thanks: the latest at the desk, and those anybody may read now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.models.people import Person
from market.models.proceeds import Wish, WishThanks
from market.queries.proceeds.visibility import visible_thanks_condition


@dataclass(frozen=True, slots=True)
class ThanksAtDesk:
    """`passed` is None until a second reader has answered."""

    id: int
    text: str
    text_en: str
    reason: str
    written_by_id: int
    written_by: str
    passed: bool | None
    note: str
    costs: tuple[()] = ()


def thanks_of_wish(session: Session, wish_id: int) -> ThanksAtDesk | None:
    """The latest words, passed or not."""
    row = session.execute(
        select(
            WishThanks.id,
            WishThanks.text,
            WishThanks.text_en,
            WishThanks.reason,
            WishThanks.written_by_id,
            Person.name,
            WishThanks.passed,
            WishThanks.note,
        )
        .join(Person, Person.id == WishThanks.written_by_id)
        .where(WishThanks.wish_id == wish_id)
        .order_by(WishThanks.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else ThanksAtDesk(*row)


def thanks_shown(session: Session, wish_id: int, today: date) -> tuple[str, str]:
    """Chinese and English, or two empty texts: the latest words, passed, with consent today."""
    latest = select(func.max(WishThanks.id)).where(WishThanks.wish_id == wish_id).scalar_subquery()
    row = session.execute(
        select(WishThanks.text, WishThanks.text_en)
        .join(Wish, Wish.id == WishThanks.wish_id)
        .where(
            WishThanks.id == latest,
            WishThanks.passed.is_(True),
            WishThanks.read_by_id != WishThanks.written_by_id,
            visible_thanks_condition(today),
        )
    ).one_or_none()
    return ("", "") if row is None else (row[0], row[1])
