"""What the desk says of each wish: what it needs next, and everything recorded about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from market.actions.proceeds.company import (
    ConfirmCompanions,
    NameCompanions,
    confirm_companions,
    name_companions,
)
from market.actions.proceeds.consents import WithdrawConsents, withdraw_consents
from market.actions.proceeds.purchasing import (
    DecidePurchase,
    ProposePurchase,
    decide_purchase,
    propose_purchase,
)
from market.actions.proceeds.steps import (
    DeliverWish,
    EndWish,
    FollowUpWish,
    deliver_wish,
    end_wish,
    follow_up_wish,
)
from market.actions.proceeds.wishes import ChangeWish, change_wish
from market.domain.ledger.account import AccountRef
from market.domain.proceeds.consent import Purpose
from market.domain.proceeds.wish import WishState
from market.domain.proceeds.wish_task import WishTask
from market.models.ledger import MoneyMove
from market.models.proceeds import Wish
from market.queries.proceeds.wishes import (
    WishNotHere,
    finished_wishes,
    tasks_by_number,
    wish_at_desk,
    wish_at_hand,
    wish_queue,
)
from tests.factories import NOW
from tests.wishes import (
    CONSENT_ENDS,
    TODAY,
    Stage,
    allocate,
    consent,
    content,
    enter,
    make_open_wish,
    make_stage,
    review,
)


@pytest.fixture
def stage(session: Session) -> Stage:
    return make_stage(session, laid_minor=500_00)


def task(session: Session, stage: Stage, wish: Wish) -> WishTask:
    return wish_at_desk(session, stage.community.id, wish.id, TODAY).task


def test_a_draft_wants_a_second_reader(session: Session, stage: Stage) -> None:
    assert task(session, stage, enter(session, stage)) is WishTask.READ


def test_a_draft_that_was_sent_back_wants_mending(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    review(session, stage, wish, school_could_guess=True, note="太具体")
    assert task(session, stage, wish) is WishTask.MEND


def test_a_draft_that_was_mended_wants_its_reader_again(session: Session, stage: Stage) -> None:
    wish, other = enter(session, stage), enter(session, stage)
    review(session, stage, wish, school_could_guess=True, note="太具体")
    mended = ChangeWish(
        community_id=stage.community.id, wish_id=wish.id, content=content(text="想要一支画笔")
    )
    change_wish(session, mended, by_id=stage.by, now=NOW)
    assert task(session, stage, wish) is WishTask.READ
    assert task(session, stage, other) is WishTask.READ


def test_a_wish_that_was_read_wants_consent_then_the_wall(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    review(session, stage, wish)
    assert task(session, stage, wish) is WishTask.CONSENT
    consent(session, stage, wish)
    assert task(session, stage, wish) is WishTask.OPEN


def test_an_open_wish_waits(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    assert task(session, stage, wish) is WishTask.WAIT


def test_an_open_wish_whose_consent_ran_out_wants_it_again(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    row = wish_at_desk(session, stage.community.id, wish.id, CONSENT_ENDS)
    assert (row.task, row.shown) == (WishTask.CONSENT, False)


def test_company_wants_two_companions_then_a_second_word(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, cost_minor=0)
    assert task(session, stage, wish) is WishTask.NAME_COMPANIONS
    command = NameCompanions(
        community_id=stage.community.id,
        wish_id=wish.id,
        first_id=stage.cast.volunteer.id,
        second_id=stage.cast.second_volunteer.id,
    )
    name_companions(session, command, by_id=stage.by, now=NOW)
    assert task(session, stage, wish) is WishTask.CONFIRM
    two = wish_at_hand(session, stage.community.id, wish.id, TODAY).companions
    assert two is not None
    assert (two.first, two.second, two.confirmed_by) == ("宝妈甲", "宝妈乙", "")
    yes = ConfirmCompanions(
        community_id=stage.community.id,
        wish_id=wish.id,
        first_id=two.first_id,
        second_id=two.second_id,
    )
    confirm_companions(session, yes, by_id=stage.second, now=NOW)
    assert task(session, stage, wish) is WishTask.KEEP_COMPANY


def test_a_lit_wish_is_bought_delivered_and_followed_up(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    allocate(session, stage, (wish, 86_00))
    assert task(session, stage, wish) is WishTask.BUY
    other = make_open_wish(session, stage)
    allocate(session, stage, (other, 86_00))
    move = ask_to_buy(session, stage, wish)
    assert task(session, stage, wish) is WishTask.PAY
    assert task(session, stage, other) is WishTask.BUY
    here = stage.community.id
    decision = DecidePurchase(community_id=here, move_id=move.id, approved=True)
    decide_purchase(session, decision, by_id=stage.second, now=NOW)
    assert task(session, stage, wish) is WishTask.DELIVER
    delivery = DeliverWish(community_id=here, wish_id=wish.id, evidence="签收单 1 号")
    deliver_wish(session, delivery, by_id=stage.by, now=NOW)
    assert task(session, stage, wish) is WishTask.FOLLOW_UP
    asked = FollowUpWish(community_id=here, wish_id=wish.id, evidence="回访表 1 号")
    follow_up_wish(session, asked, by_id=stage.by, now=NOW)
    assert task(session, stage, wish) is WishTask.NOTHING


def test_a_declined_purchase_is_to_be_made_again(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    allocate(session, stage, (wish, 86_00))
    move = ask_to_buy(session, stage, wish)
    decision = DecidePurchase(
        community_id=stage.community.id, move_id=move.id, approved=False, reason="不清楚"
    )
    decide_purchase(session, decision, by_id=stage.second, now=NOW)
    assert task(session, stage, wish) is WishTask.BUY


def test_the_money_of_a_wish_that_ended_is_to_go_back(session: Session, stage: Stage) -> None:
    funded, unfunded = make_open_wish(session, stage), make_open_wish(session, stage)
    allocate(session, stage, (funded, 10_00))
    for wish in (funded, unfunded):
        end(session, stage, wish)
    assert task(session, stage, funded) is WishTask.GIVE_BACK
    assert task(session, stage, unfunded) is WishTask.NOTHING
    here = stage.community.id
    assert [row.id for row in wish_queue(session, here, TODAY)] == [funded.id]
    over = finished_wishes(session, here, TODAY, page=1)
    assert [row.id for row in over.wishes] == [unfunded.id]


def test_the_queue_is_in_the_order_of_what_to_do(session: Session, stage: Stage) -> None:
    waiting = make_open_wish(session, stage)
    lit = make_open_wish(session, stage)
    draft = enter(session, stage)
    over = make_open_wish(session, stage)
    end(session, stage, over)
    allocate(session, stage, (lit, 86_00))
    enter(session, make_stage(session))
    queue = wish_queue(session, stage.community.id, TODAY)
    assert [row.id for row in queue] == [lit.id, draft.id, waiting.id]
    assert tasks_by_number(queue) == {WishTask.BUY: 1, WishTask.READ: 1, WishTask.WAIT: 1}


def test_what_is_over_is_on_pages_of_its_own(session: Session, stage: Stage) -> None:
    over, going_on = make_open_wish(session, stage), make_open_wish(session, stage)
    end(session, stage, over)
    elsewhere = make_stage(session)
    end(session, elsewhere, make_open_wish(session, elsewhere))
    page = finished_wishes(session, stage.community.id, TODAY, page=99)
    assert [row.id for row in page.wishes] == [over.id]
    assert (page.page, page.pages) == (1, 1)
    assert going_on.state == "open"


def test_what_is_late_says_so(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    allocate(session, stage, (wish, 86_00))
    fourteen = TODAY + timedelta(days=14)
    due = wish_at_desk(session, stage.community.id, wish.id, fourteen)
    assert (due.due_on, due.late) == (fourteen, False)
    late = wish_at_desk(session, stage.community.id, wish.id, fourteen + timedelta(days=1))
    assert late.late


def test_only_what_the_public_sees_is_called_shown(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    assert wish_at_desk(session, stage.community.id, wish.id, TODAY).shown
    command = WithdrawConsents(
        community_id=stage.community.id,
        reference=wish.consent_ref,
        purposes=frozenset({Purpose.PUBLISH_TEXT}),
    )
    withdraw_consents(session, command, by_id=stage.by, now=NOW)
    known = wish_at_hand(session, stage.community.id, wish.id, TODAY)
    assert not known.wish.shown
    standing = {row.purpose: row.stands for row in known.consents}
    assert standing == {Purpose.PROCESS: True, Purpose.PUBLISH_TEXT: False}


def test_a_wish_is_shown_with_its_readers_and_steps(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    known = wish_at_hand(session, stage.community.id, wish.id, TODAY)
    assert [(row.by, row.passed, row.present) for row in known.reviews] == [("傅小核", True, True)]
    assert [row.state for row in known.steps] == [
        WishState.DRAFT,
        WishState.REVIEWED,
        WishState.OPEN,
    ]
    assert [(cost.name, cost.amount_minor) for cost in known.costs] == [("一套画笔", 86_00)]
    assert known.written_by == "佘小工"


def test_a_wish_of_another_community_is_not_here(session: Session, stage: Stage) -> None:
    elsewhere = enter(session, make_stage(session))
    with pytest.raises(WishNotHere):
        wish_at_hand(session, stage.community.id, elsewhere.id, TODAY)


def ask_to_buy(session: Session, stage: Stage, wish: Wish) -> MoneyMove:
    command = ProposePurchase(
        community_id=stage.community.id,
        wish_id=wish.id,
        amount_minor=80_00,
        paid_from=AccountRef.cash_safe(stage.safe.id),
        evidence="小票 1 号",
        note="画笔",
    )
    return propose_purchase(session, command, by_id=stage.by, now=NOW)


def end(session: Session, stage: Stage, wish: Wish) -> None:
    command = EndWish(
        community_id=stage.community.id, wish_id=wish.id, expired=False, note="搬家了"
    )
    end_wish(session, command, by_id=stage.by, now=NOW)
