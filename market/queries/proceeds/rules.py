"""What a community settles of its wishes: how dear one may be, which kinds it does not take."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.proceeds.refusal import BEGINNING, Refusal
from market.domain.proceeds.wish_rules import WishRules
from market.models.people import Community
from market.models.proceeds import RefusedWish


class NoSuchRefusal(Missing):
    """No kind of wish here has this key."""

    sentence = N_("没有找到这一类，请从“不收的心愿”列表重新进入。")


@dataclass(frozen=True, slots=True)
class RefusalHere:
    """A kind as the settings show it. `stands`: it is refused; `ours`: this community wrote it."""

    refusal: Refusal
    stands: bool
    ours: bool


def wish_rules(session: Session, community_id: int) -> WishRules:
    """What a wish must pass here now."""
    ceiling = session.scalars(
        select(Community.wish_ceiling_minor).where(Community.id == community_id)
    ).one()
    standing = tuple(one.refusal for one in refusals_here(session, community_id) if one.stands)
    return WishRules(ceiling, standing)


def refusals_here(session: Session, community_id: int) -> list[RefusalHere]:
    """All kinds: those everybody begins with, as they were changed here, then our own."""
    rows = session.scalars(
        select(RefusedWish)
        .where(RefusedWish.community_id == community_id)
        .order_by(RefusedWish.changed_at, RefusedWish.key)
    )
    ours = {row.key: _here(row) for row in rows}
    begun = [ours.pop(one.key, RefusalHere(one, stands=True, ours=False)) for one in BEGINNING]
    return [*begun, *ours.values()]


def refusal_here(session: Session, community_id: int, key: str) -> RefusalHere:
    """One of them. Raises NoSuchRefusal."""
    found = (one for one in refusals_here(session, community_id) if one.refusal.key == key)
    one = next(found, None)
    if one is None:
        raise NoSuchRefusal
    return one


def _here(row: RefusedWish) -> RefusalHere:
    refusal = Refusal(
        key=row.key,
        name=row.name,
        words=tuple(row.words.split()),
        unless=tuple(row.unless.split()),
        why=row.why,
        mend=row.mend,
    )
    return RefusalHere(refusal, stands=row.stands, ours=True)
