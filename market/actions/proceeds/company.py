"""Company costs nothing: it is lit by two volunteers whom one person names and another confirms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver, require_members
from market.actions.proceeds.steps import locked_wish, step
from market.actions.proceeds.wishes import require_ours_to_handle
from market.domain.errors import N_, Invalid, Missing, Refused
from market.domain.people import two_people
from market.domain.proceeds.wish import StepNotAllowed, WishKind, WishState
from market.models.proceeds import Companions, Wish


class NotForCompany(Refused):
    """Companions for a wish that wants a thing."""

    sentence = N_("只有“陪伴”类心愿才登记陪伴的人，其他心愿请安排款项。")


class OneCompanion(Invalid):
    """The same person twice; a child is never alone with one adult."""

    sentence = N_("陪伴要有两位不同的志愿者一起，请再选一位。")


class NobodyNamed(Missing):
    """Nobody was named for this wish."""

    sentence = N_("这个心愿还没有登记陪伴的人。")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameCompanions:
    """Two volunteers who were checked and are willing."""

    community_id: int
    wish_id: int
    first_id: int
    second_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmCompanions:
    """The second person's yes to these very two."""

    community_id: int
    wish_id: int
    first_id: int
    second_id: int


class CompanionsChanged(Refused):
    """Others were named while somebody was looking."""

    sentence = N_("您看的时候，陪伴的人换过了。请再看一遍。")


def name_companions(
    session: Session, command: NameCompanions, *, by_id: int, now: datetime
) -> Companions:
    """Name two; until they are confirmed others may be named instead.

    Raises NoSuchWish, NotForCompany, StepNotAllowed, OneCompanion, NotOfThisCommunity.
    """
    wish = locked_wish(session, command.community_id, command.wish_id)
    _require_waiting(wish)
    if command.first_id == command.second_id:
        raise OneCompanion(field="second")
    require_members(session, command.community_id, {command.first_id, command.second_id})
    companions = session.get(Companions, wish.id, populate_existing=True)
    if companions is None:
        companions = Companions(wish_id=wish.id)
        session.add(companions)
    companions.first_id, companions.second_id = command.first_id, command.second_id
    companions.proposed_by_id, companions.proposed_at = by_id, now
    companions.confirmed_by_id = companions.confirmed_at = None
    session.flush()
    return companions


def confirm_companions(
    session: Session, command: ConfirmCompanions, *, by_id: int, now: datetime
) -> Wish:
    """The second person's yes lights the wish.

    Raises NoSuchWish, NobodyNamed, CompanionsChanged, SamePerson, NoLongerApprover, …
    """
    require_approver(session, command.community_id, by_id)
    wish = locked_wish(session, command.community_id, command.wish_id)
    _require_waiting(wish)
    companions = session.get(Companions, wish.id, populate_existing=True)
    if companions is None:
        raise NobodyNamed
    if (companions.first_id, companions.second_id) != (command.first_id, command.second_id):
        raise CompanionsChanged
    two_people(companions.proposed_by_id, by_id)
    require_members(session, command.community_id, {companions.first_id, companions.second_id})
    require_ours_to_handle(session, wish, now)
    companions.confirmed_by_id, companions.confirmed_at = by_id, now
    session.flush()
    step(session, wish, WishState.LIT, by_id=by_id, now=now)
    return wish


def _require_waiting(wish: Wish) -> None:
    if wish.kind != WishKind.COMPANY:
        raise NotForCompany
    state = WishState(wish.state)
    if state is not WishState.OPEN:
        raise StepNotAllowed(now=state.label, then=WishState.LIT.label)
