"""Company is lit by two volunteers, named by one person and confirmed by another."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import NoLongerApprover, NotOfThisCommunity
from market.actions.proceeds.company import (
    CompanionsChanged,
    ConfirmCompanions,
    NameCompanions,
    NobodyNamed,
    NotForCompany,
    OneCompanion,
    confirm_companions,
    name_companions,
)
from market.actions.proceeds.steps import DeliverWish, deliver_wish
from market.actions.proceeds.wishes import ConsentMissing
from market.domain.people import SamePerson
from market.domain.proceeds.wish import StepNotAllowed
from market.models.people import Person
from market.models.proceeds import Wish
from tests.factories import NOW
from tests.wishes import RAN_OUT, Stage, enter, make_open_wish, make_stage


@pytest.fixture
def stage(session: Session) -> Stage:
    return make_stage(session)


def test_two_people_light_a_wish_for_company(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, cost_minor=0)
    name(session, stage, wish)
    confirm(session, stage, wish)
    assert wish.state == "lit"


def test_whoever_named_the_companions_does_not_confirm_them(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, cost_minor=0)
    name(session, stage, wish)
    with pytest.raises(SamePerson):
        confirm(session, stage, wish, by=stage.by)


def test_companions_are_confirmed_by_a_role_that_approves(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, cost_minor=0)
    name(session, stage, wish)
    with pytest.raises(NoLongerApprover):
        confirm(session, stage, wish, by=stage.cast.auditor.id)


def test_a_wish_that_may_not_be_shown_is_not_lit(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, cost_minor=0)
    name(session, stage, wish)
    with pytest.raises(ConsentMissing):
        confirm(session, stage, wish, now=RAN_OUT)


def test_two_accounts_suffice(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, cost_minor=0)
    us = (stage.cast.social_worker, stage.cast.reviewer)
    name(session, stage, wish, us)
    confirm(session, stage, wish, us)
    assert wish.state == "lit"


def test_a_child_is_never_with_one_adult(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, cost_minor=0)
    with pytest.raises(OneCompanion):
        name(session, stage, wish, (stage.cast.volunteer, stage.cast.volunteer))


def test_companions_are_people_of_this_community(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, cost_minor=0)
    stranger = make_stage(session).cast.volunteer
    with pytest.raises(NotOfThisCommunity):
        name(session, stage, wish, (stage.cast.volunteer, stranger))


def test_the_second_person_confirms_the_very_two(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, cost_minor=0)
    name(session, stage, wish, (stage.cast.volunteer, stage.cast.auditor))
    with pytest.raises(CompanionsChanged):
        confirm(session, stage, wish)


def test_nobody_named_is_nobody_confirmed(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, cost_minor=0)
    with pytest.raises(NobodyNamed):
        confirm(session, stage, wish)


def test_others_may_be_named_until_they_are_confirmed(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, cost_minor=0)
    name(session, stage, wish, (stage.cast.volunteer, stage.cast.auditor))
    name(session, stage, wish)
    confirm(session, stage, wish)
    with pytest.raises(StepNotAllowed):
        name(session, stage, wish)


def test_a_wish_for_a_thing_has_no_companions(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    with pytest.raises(NotForCompany):
        name(session, stage, wish)


def test_a_draft_for_company_is_not_lit(session: Session, stage: Stage) -> None:
    wish = enter(session, stage, 0)
    with pytest.raises(StepNotAllowed):
        name(session, stage, wish)


def test_company_kept_is_delivered(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, cost_minor=0)
    name(session, stage, wish)
    confirm(session, stage, wish)
    command = DeliverWish(
        community_id=stage.community.id, wish_id=wish.id, evidence="活动记录 3 号"
    )
    deliver_wish(session, command, by_id=stage.by, now=NOW)
    assert wish.state == "delivered"


def name(
    session: Session, stage: Stage, wish: Wish, two: tuple[Person, Person] | None = None
) -> None:
    first, second = two or (stage.cast.volunteer, stage.cast.second_volunteer)
    command = NameCompanions(
        community_id=stage.community.id,
        wish_id=wish.id,
        first_id=first.id,
        second_id=second.id,
    )
    name_companions(session, command, by_id=stage.by, now=NOW)


def confirm(
    session: Session,
    stage: Stage,
    wish: Wish,
    two: tuple[Person, Person] | None = None,
    *,
    by: int | None = None,
    now: datetime = NOW,
) -> None:
    first, second = two or (stage.cast.volunteer, stage.cast.second_volunteer)
    command = ConfirmCompanions(
        community_id=stage.community.id,
        wish_id=wish.id,
        first_id=first.id,
        second_id=second.id,
    )
    confirm_companions(session, command, by_id=by or stage.second, now=now)
