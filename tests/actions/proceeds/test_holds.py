"""Holds: somebody brings the thing itself, never two for one wish, never together with money."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from market.actions.ledger.audit import seal_events
from market.actions.proceeds.holds import (
    AskHold,
    BroughtAlready,
    ConfirmHold,
    HasMoney,
    HeldAlready,
    HoldLapsed,
    NoHold,
    NotConfirmedYet,
    OnlyThingsAreBrought,
    ReceiveHold,
    UndoHold,
    ask_hold,
    confirm_hold,
    receive_hold,
    undo_hold,
)
from market.actions.proceeds.proposals import WishMayNotBeLit
from market.actions.proceeds.steps import DeliverWish, EndWish, deliver_wish, end_wish
from market.domain.proceeds.hold import BringDayWrong
from market.domain.proceeds.wish import StepNotAllowed, WishKind
from market.extensions import db, unit_of_work
from market.models.proceeds import Wish, WishHold
from market.queries.ledger.check import check_community
from market.web.retries import persistently
from tests.factories import NOW
from tests.wishes import (
    TODAY,
    Stage,
    allocate,
    approve,
    enter,
    make_open_wish,
    make_stage,
    propose,
)

SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
TRIES = 32


@pytest.fixture
def stage(session: Session) -> Stage:
    return make_stage(session, laid_minor=300_00)


def ask(session: Session, stage: Stage, wish: Wish, now: datetime = NOW) -> WishHold:
    command = AskHold(community_id=stage.community.id, wish_id=wish.id, at_desk=True)
    return ask_hold(session, command, by_id=stage.by, now=now, random_bytes=secrets.token_bytes)


def confirm(
    session: Session, stage: Stage, wish: Wish, bring_on: date = TODAY, now: datetime = NOW
) -> WishHold:
    command = ConfirmHold(community_id=stage.community.id, wish_id=wish.id, bring_on=bring_on)
    return confirm_hold(session, command, by_id=stage.by, now=now)


def receive(session: Session, stage: Stage, wish: Wish, now: datetime = NOW) -> WishHold:
    command = ReceiveHold(community_id=stage.community.id, wish_id=wish.id, evidence="收条 3 号")
    return receive_hold(session, command, by_id=stage.by, now=now)


def undo(session: Session, stage: Stage, wish: Wish) -> WishHold:
    command = UndoHold(community_id=stage.community.id, wish_id=wish.id, reason="买错了")
    return undo_hold(session, command, by_id=stage.by, now=NOW)


def deliver(session: Session, stage: Stage, wish: Wish) -> None:
    command = DeliverWish(community_id=stage.community.id, wish_id=wish.id, evidence="签收单 3 号")
    deliver_wish(session, command, by_id=stage.by, now=NOW)


@SQLITE
def test_what_is_held_is_confirmed_brought_and_delivered_without_money(
    session: Session, stage: Stage
) -> None:
    wish = make_open_wish(session, stage)
    ask(session, stage, wish)
    confirm(session, stage, wish, TODAY + timedelta(days=5))
    receive(session, stage, wish)
    deliver(session, stage, wish)
    session.refresh(wish)
    assert (wish.state, wish.funded_minor) == ("delivered", 0)
    hold = session.scalars(select(WishHold)).one()
    assert (hold.ending, hold.evidence) == ("delivered", "收条 3 号")
    seal_events(session)
    found = list(check_community(session, stage.community.id))
    assert [one for one in found if not one.holds] == []


@SQLITE
def test_a_hold_lapses_by_itself_when_nobody_confirms_it(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    ask(session, stage, wish)
    in_time, too_late = NOW + timedelta(days=2), NOW + timedelta(days=3)
    with pytest.raises(HeldAlready):
        ask(session, stage, wish, in_time)
    with pytest.raises(HoldLapsed):
        confirm(session, stage, wish, TODAY + timedelta(days=4), too_late)
    ask(session, stage, wish, too_late)
    endings = session.scalars(select(WishHold.ending).order_by(WishHold.id)).all()
    assert endings == ["lapsed", ""]


@SQLITE
def test_what_was_promised_and_not_brought_lapses_too(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    ask(session, stage, wish)
    confirm(session, stage, wish, TODAY + timedelta(days=5))
    with pytest.raises(HoldLapsed):
        receive(session, stage, wish, NOW + timedelta(days=6))


@SQLITE
def test_a_held_wish_takes_no_money_and_a_funded_one_no_hold(
    session: Session, stage: Stage
) -> None:
    held, funded = make_open_wish(session, stage), make_open_wish(session, stage)
    proposal = propose(session, stage, (held, 86_00))
    ask(session, stage, held)
    with pytest.raises(WishMayNotBeLit):
        propose(session, stage, (held, 10_00))
    with pytest.raises(WishMayNotBeLit):
        approve(session, stage, proposal)
    allocate(session, stage, (funded, 10_00))
    session.refresh(funded)
    with pytest.raises(HasMoney):
        ask(session, stage, funded)
    undo(session, stage, held)
    allocate(session, stage, (held, 86_00))


@SQLITE
def test_only_things_that_wait_are_held(session: Session, stage: Stage) -> None:
    with pytest.raises(OnlyThingsAreBrought):
        ask(session, stage, make_open_wish(session, stage, kind=WishKind.LEARNING))
    with pytest.raises(StepNotAllowed):
        ask(session, stage, enter(session, stage))
    with pytest.raises(NoHold):
        undo(session, stage, make_open_wish(session, stage))


@SQLITE
def test_nothing_is_brought_unconfirmed_nor_let_go_once_brought(
    session: Session, stage: Stage
) -> None:
    wish = make_open_wish(session, stage)
    ask(session, stage, wish)
    with pytest.raises(StepNotAllowed):
        deliver(session, stage, wish)
    with pytest.raises(NotConfirmedYet):
        receive(session, stage, wish)
    with pytest.raises(BringDayWrong):
        confirm(session, stage, wish, TODAY + timedelta(days=31))
    confirm(session, stage, wish)
    receive(session, stage, wish)
    for act in (undo, receive):
        with pytest.raises(BroughtAlready):
            act(session, stage, wish)


@SQLITE
def test_a_wish_that_is_over_is_held_by_nobody(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    ask(session, stage, wish)
    command = EndWish(
        community_id=stage.community.id, wish_id=wish.id, expired=False, note="家里有了"
    )
    end_wish(session, command, by_id=stage.by, now=NOW)
    assert session.scalars(select(WishHold.ending)).one() == "wish_over"


def test_of_many_who_try_at_once_one_holds_it(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        stage = make_stage(session)
        wish = make_open_wish(session, stage)
    together = Barrier(TRIES)

    def one(_number: int) -> bool:
        together.wait()
        with app.app_context():
            try:
                persistently(lambda: _ask(stage, wish))
            except HeldAlready:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(TRIES) as pool:
        assert sum(pool.map(one, range(TRIES))) == 1
    with app.app_context(), unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(WishHold)) == 1


def _ask(stage: Stage, wish: Wish) -> None:
    with unit_of_work() as session:
        ask(session, stage, wish)


def test_the_database_itself_refuses_a_second_hold(session: Session) -> None:
    stage = make_stage(session)
    wish = make_open_wish(session, stage)
    first = ask(session, stage, wish)
    session.add(
        WishHold(
            wish_id=wish.id,
            reference="another",
            asked_at_desk=True,
            asked_at=NOW,
            until_on=first.until_on,
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
