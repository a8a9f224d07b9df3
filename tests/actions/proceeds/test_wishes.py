"""A wish is entered, read by a second person, consented to, opened, mended and ended."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import NoLongerApprover
from market.actions.proceeds.reviews import (
    AuthorMayNotReview,
    ContentChanged,
    ReviewNoteMissing,
    ReviewWish,
    review_wish,
)
from market.actions.proceeds.steps import (
    DeliverWish,
    EndWish,
    FollowUpWish,
    NoSuchWish,
    deliver_wish,
    end_wish,
    follow_up_wish,
)
from market.actions.proceeds.wishes import (
    ChangeWish,
    ConsentMissing,
    CostBelowFunded,
    EnterWish,
    NotYetReviewed,
    OpenWish,
    ReferenceNotFound,
    change_wish,
    enter_wish,
    open_wish,
)
from market.domain.proceeds.consent import Purpose
from market.domain.proceeds.wish import StepNotAllowed, UnknownReference
from market.domain.proceeds.wish_content import CostItem, WishTooDear
from market.domain.text import TextMissing
from market.models.people import RoleGrant
from market.models.proceeds import Wish, WishCost, WishReview, WishStep
from tests.factories import NOW
from tests.wishes import (
    RAN_OUT,
    Stage,
    allocate,
    consent,
    content,
    enter,
    make_open_wish,
    make_stage,
    open_now,
    review,
)


@pytest.fixture
def stage(session: Session) -> Stage:
    return make_stage(session)


def test_a_new_wish_is_a_draft_under_a_code_of_its_own(session: Session, stage: Stage) -> None:
    one, other = enter(session, stage), enter(session, stage)
    assert one.state == "draft"
    assert one.code.startswith("W-")
    assert one.code != other.code
    assert one.consent_ref != other.consent_ref
    assert (one.cost_minor, one.funded_minor, one.month) == (86_00, 0, "2026-11")


def test_a_taken_code_is_not_given_again(session: Session, stage: Stage) -> None:
    draws = iter([bytes(16), bytes(16), *([bytes(16)] * 8), *(secrets.token_bytes(16),) * 9])
    command = EnterWish(community_id=stage.community.id, content=content())
    made = [
        enter_wish(session, command, by_id=stage.by, now=NOW, random_bytes=lambda _: bytes(16)),
        enter_wish(session, command, by_id=stage.by, now=NOW, random_bytes=lambda _: next(draws)),
    ]
    assert made[0].code == "W-2222"
    assert made[1].code != "W-2222"


def test_costs_are_kept_item_by_item(session: Session, stage: Stage) -> None:
    items = (CostItem("画笔", 56_00), CostItem("画纸", 30_00))
    wish = enter(session, stage, costs=items)
    rows = session.execute(
        select(WishCost.number, WishCost.name, WishCost.amount_minor).where(
            WishCost.wish_id == wish.id
        )
    )
    assert sorted(map(tuple, rows)) == [(1, "画笔", 56_00), (2, "画纸", 30_00)]


def test_a_wish_dearer_than_the_community_s_ceiling_is_refused(
    session: Session, stage: Stage
) -> None:
    stage.community.wish_ceiling_minor = 85_99
    session.flush()
    with pytest.raises(WishTooDear):
        enter(session, stage)


def test_a_family_s_second_wish_stands_under_the_same_consent(
    session: Session, stage: Stage
) -> None:
    first = enter(session, stage)
    command = EnterWish(
        community_id=stage.community.id, content=content(), reference=first.consent_ref.lower()
    )
    second = enter_wish(session, command, by_id=stage.by, now=NOW, random_bytes=secrets.token_bytes)
    assert second.consent_ref == first.consent_ref


@pytest.mark.parametrize(
    ("reference", "error"), [("王小明", UnknownReference), ("T-2345-6789", ReferenceNotFound)]
)
def test_a_reference_nobody_was_given_is_refused(
    session: Session, stage: Stage, reference: str, error: type[Exception]
) -> None:
    command = EnterWish(community_id=stage.community.id, content=content(), reference=reference)
    with pytest.raises(error):
        enter_wish(session, command, by_id=stage.by, now=NOW, random_bytes=secrets.token_bytes)


def test_a_reference_of_another_community_is_refused(session: Session, stage: Stage) -> None:
    elsewhere = enter(session, make_stage(session))
    command = EnterWish(
        community_id=stage.community.id, content=content(), reference=elsewhere.consent_ref
    )
    with pytest.raises(ReferenceNotFound):
        enter_wish(session, command, by_id=stage.by, now=NOW, random_bytes=secrets.token_bytes)


def test_a_second_reader_s_three_noes_lead_a_draft_on(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    review(session, stage, wish)
    assert wish.state == "reviewed"
    assert steps_of(session, wish) == ["draft", "reviewed"]


def test_any_yes_keeps_a_draft_back_with_a_note(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    review(session, stage, wish, school_could_guess=True, note="去掉社团的名字")
    assert wish.state == "draft"
    assert session.scalar(select(WishReview.note)) == "去掉社团的名字"


def test_any_yes_makes_an_open_wish_a_draft_again(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    review(session, stage, wish, child_would_be_hurt=True, note="换个说法")
    assert wish.state == "draft"


def test_a_yes_says_what_to_change(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    with pytest.raises(ReviewNoteMissing):
        review(session, stage, wish, neighbours_could_guess=True, note=" ")


def test_an_author_is_no_second_reader(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    with pytest.raises(AuthorMayNotReview):
        review_wish(session, review_of(stage, wish), by_id=stage.by, now=NOW)


def test_whoever_mended_a_wish_is_its_author(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    change(session, stage, wish, text="想要一盒蜡笔", by_id=stage.second)
    with pytest.raises(AuthorMayNotReview):
        review_wish(session, review_of(stage, wish), by_id=stage.second, now=NOW)
    review_wish(session, review_of(stage, wish), by_id=stage.by, now=NOW)
    assert wish.state == "reviewed"


def test_a_review_is_of_the_words_that_were_read(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    read = review_of(stage, wish)
    change(session, stage, wish, text="想要一盒蜡笔")
    with pytest.raises(ContentChanged):
        review_wish(session, read, by_id=stage.second, now=NOW)


def test_a_volunteer_is_no_second_reader(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    with pytest.raises(NoLongerApprover):
        review_wish(session, review_of(stage, wish), by_id=stage.cast.volunteer.id, now=NOW)


def test_a_reader_who_lost_the_role_is_refused(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    lose_roles(session, stage.second)
    with pytest.raises(NoLongerApprover):
        review(session, stage, wish)


def test_a_wish_opens_and_waits_from_then_on(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    assert (wish.state, wish.opened_at) == ("open", NOW)
    assert steps_of(session, wish) == ["draft", "reviewed", "open"]


def test_a_wish_opens_only_once_it_was_read(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    consent(session, stage, wish)
    with pytest.raises(StepNotAllowed):
        open_now(session, stage, wish)


def test_a_wish_opens_only_if_we_may_handle_it(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    consent(session, stage, wish, frozenset({Purpose.PUBLISH_TEXT}))
    review(session, stage, wish)
    with pytest.raises(ConsentMissing):
        open_now(session, stage, wish)
    assert wish.state == "reviewed"


def test_refusing_to_publish_keeps_no_wish_from_waiting(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    consent(session, stage, wish, frozenset({Purpose.PROCESS}))
    review(session, stage, wish)
    assert open_now(session, stage, wish).state == "open"


def test_a_consent_that_ran_out_opens_nothing(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    consent(session, stage, wish)
    review(session, stage, wish)
    command = OpenWish(community_id=stage.community.id, wish_id=wish.id)
    with pytest.raises(ConsentMissing):
        open_wish(session, command, by_id=stage.by, now=RAN_OUT)


def test_changed_words_need_a_reader_again(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    change(session, stage, wish, text="想要一盒蜡笔")
    assert (wish.state, wish.text) == ("draft", "想要一盒蜡笔")
    review(session, stage, wish)
    open_now(session, stage, wish)
    assert wish.state == "open"


def test_a_wish_mended_keeps_its_place_in_the_queue(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    change(session, stage, wish, text="想要一盒蜡笔")
    review(session, stage, wish)
    command = OpenWish(community_id=stage.community.id, wish_id=wish.id)
    open_wish(session, command, by_id=stage.by, now=NOW + timedelta(days=9))
    assert wish.opened_at == NOW


def test_nothing_changed_asks_nobody_again(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    change(session, stage, wish, by_id=stage.second)
    assert (wish.state, wish.written_by_id) == ("open", stage.by)


def test_a_reader_s_words_before_opening_are_of_this_content(
    session: Session, stage: Stage
) -> None:
    wish = enter(session, stage)
    consent(session, stage, wish)
    review(session, stage, wish)
    wish.content_hash = bytes(32)
    session.flush()
    with pytest.raises(NotYetReviewed):
        open_now(session, stage, wish)


def test_a_raised_cost_lets_a_lit_wish_wait_for_the_missing_part(session: Session) -> None:
    stage = make_stage(session, laid_minor=200_00)
    wish = make_open_wish(session, stage)
    allocate(session, stage, (wish, 86_00))
    change(session, stage, wish, cost_minor=99_00)
    review(session, stage, wish)
    open_now(session, stage, wish)
    session.refresh(wish)
    assert (wish.state, wish.funded_minor, wish.cost_minor) == ("open", 86_00, 99_00)
    allocate(session, stage, (wish, 13_00))
    session.refresh(wish)
    assert wish.state == "lit"


def test_a_lit_wish_whose_words_are_mended_is_lit_again(session: Session) -> None:
    stage = make_stage(session, laid_minor=200_00)
    wish = make_open_wish(session, stage)
    allocate(session, stage, (wish, 86_00))
    session.refresh(wish)
    change(session, stage, wish, text="想要一盒蜡笔")
    review(session, stage, wish)
    open_now(session, stage, wish)
    session.refresh(wish)
    assert wish.state == "lit"


def test_a_cost_is_not_lowered_below_what_is_allocated(session: Session) -> None:
    stage = make_stage(session, laid_minor=200_00)
    wish = make_open_wish(session, stage)
    allocate(session, stage, (wish, 50_00))
    with pytest.raises(CostBelowFunded):
        change(session, stage, wish, cost_minor=49_99)


def test_what_is_bought_is_not_rewritten(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    wish.state = "bought"
    session.flush()
    with pytest.raises(StepNotAllowed):
        change(session, stage, wish, text="想要一盒蜡笔")


def test_a_wish_of_another_community_is_not_found(session: Session, stage: Stage) -> None:
    elsewhere = make_open_wish(session, make_stage(session))
    with pytest.raises(NoSuchWish):
        open_now(session, stage, elsewhere)


def test_delivery_and_what_came_of_it_are_recorded_with_evidence(
    session: Session, stage: Stage
) -> None:
    wish = make_open_wish(session, stage)
    wish.state = "bought"
    session.flush()
    deliver(session, stage, wish, "签收单 12 号")
    command = FollowUpWish(
        community_id=stage.community.id, wish_id=wish.id, evidence="回访表 7 号", note="很喜欢"
    )
    follow_up_wish(session, command, by_id=stage.by, now=NOW)
    rows = session.execute(
        select(WishStep.state, WishStep.evidence).order_by(WishStep.id.desc()).limit(2)
    )
    assert list(map(tuple, rows)) == [("followed_up", "回访表 7 号"), ("delivered", "签收单 12 号")]


def test_a_delivery_needs_evidence(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    wish.state = "bought"
    session.flush()
    with pytest.raises(TextMissing):
        deliver(session, stage, wish, " ")


def test_a_wish_is_delivered_once(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    wish.state = "bought"
    session.flush()
    deliver(session, stage, wish, "签收单 12 号")
    with pytest.raises(StepNotAllowed):
        deliver(session, stage, wish, "签收单 13 号")


@pytest.mark.parametrize(("expired", "state"), [(True, "expired"), (False, "withdrawn")])
def test_a_wish_that_ends_says_why(
    session: Session, stage: Stage, *, expired: bool, state: str
) -> None:
    wish = make_open_wish(session, stage)
    command = EndWish(
        community_id=stage.community.id, wish_id=wish.id, expired=expired, note="家里已经买了"
    )
    end_wish(session, command, by_id=stage.by, now=NOW)
    assert wish.state == state
    assert session.scalar(select(func.count()).where(WishStep.note == "家里已经买了")) == 1


def change(
    session: Session,
    stage: Stage,
    wish: Wish,
    *,
    text: str = "想要一套画笔",
    cost_minor: int = 86_00,
    by_id: int | None = None,
) -> None:
    session.refresh(wish)
    command = ChangeWish(
        community_id=stage.community.id, wish_id=wish.id, content=content(cost_minor, text=text)
    )
    change_wish(session, command, by_id=by_id or stage.by, now=NOW)


def deliver(session: Session, stage: Stage, wish: Wish, evidence: str) -> None:
    command = DeliverWish(community_id=stage.community.id, wish_id=wish.id, evidence=evidence)
    deliver_wish(session, command, by_id=stage.by, now=NOW)


def review_of(stage: Stage, wish: Wish) -> ReviewWish:
    return ReviewWish(
        community_id=stage.community.id,
        wish_id=wish.id,
        content_hash=wish.content_hash,
        neighbours_could_guess=False,
        school_could_guess=False,
        child_would_be_hurt=False,
    )


def steps_of(session: Session, wish: Wish) -> list[str]:
    found = session.scalars(
        select(WishStep.state).where(WishStep.wish_id == wish.id).order_by(WishStep.id)
    )
    return list(found)


def lose_roles(session: Session, person_id: int) -> None:
    for grant in session.scalars(select(RoleGrant).where(RoleGrant.person_id == person_id)):
        grant.revoked_at = NOW
    session.flush()
