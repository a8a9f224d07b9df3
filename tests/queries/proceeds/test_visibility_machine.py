"""Invariant 16, over any order of events: what has no consent today is on no public page.

The answer is worked out here a second time, from the rows themselves, in plain Python.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from market.actions.ledger.posting import local_day
from market.actions.proceeds.consents import (
    RecordConsents,
    WithdrawConsents,
    record_consents,
    withdraw_consents,
)
from market.actions.proceeds.reviews import ReviewWish, review_wish
from market.actions.proceeds.steps import (
    DeliverWish,
    EndWish,
    FollowUpWish,
    deliver_wish,
    end_wish,
    follow_up_wish,
    locked_wish,
    step,
)
from market.actions.proceeds.stopping import (
    MakeStopCode,
    StopSecret,
    make_stop_code,
    stop_publication,
)
from market.actions.proceeds.wishes import ChangeWish, OpenWish, change_wish, open_wish
from market.domain.errors import MarketError
from market.domain.proceeds.consent import ConsentTerms, Purpose
from market.domain.proceeds.wish import WishState
from market.extensions import db, unit_of_work
from market.models.proceeds import Consent, ConsentWithdrawal, Wish, WishReview
from tests.factories import NOW
from tests.lighting import agree
from tests.market_day import make_day
from tests.refunds import close_day, recorded_sale, stage_of
from tests.wishes import content, make_open_wish

WISHES = 2
ONE = st.integers(min_value=0, max_value=WISHES - 1)
TICKS = st.sets(st.sampled_from(list(Purpose)), min_size=1)
_numbers = count(1)
ENGLISH = {"Accept-Language": "en"}
SHOWN_STATES = {"open", "lit", "bought", "delivered", "followed_up"}


class Publication(RuleBasedStateMachine):
    """Two wishes of one market day: one that its plan lit, one that is dark; the clock is ours."""

    app: Flask

    @initialize()
    def open(self) -> None:
        self.now = NOW
        self.halves = 0
        self.app.extensions["clock"] = lambda: self.now
        self.client = self.app.test_client(use_cookies=False)
        with unit_of_work() as session:
            self.day = make_day(session, basis="B")
            stage = stage_of(self.day)
            made = [make_open_wish(session, stage, cost, **mark()) for cost in (10_00, 60_00)]
            agree(session, self.day, *((wish, wish.cost_minor) for wish in made))
            sale = recorded_sale(session, self.day)
            close_day(session, self.day)
            self.ids = [wish.id for wish in made]
            self.codes = [wish.code for wish in made]
            self.references = [wish.consent_ref for wish in made]
        market = f"/markets/{self.day.day.slug}"
        self.pages = [
            "/",
            "/?state=lit",
            market,
            f"{market}/live",
            f"{market}/live.json",
            f"{market}/bulletin",
            f"/r/{sale.code}",
            *(f"/wishes/{code}" for code in self.codes),
        ]

    @rule(which=ONE)
    def mend(self, which: int) -> None:
        with suppress(MarketError), unit_of_work() as session:
            wish = session.get_one(Wish, self.ids[which])
            new = content(wish.cost_minor, **mark())
            command = ChangeWish(community_id=self._here, wish_id=wish.id, content=new)
            change_wish(session, command, by_id=self._by, now=self.now)

    @rule(which=ONE, hurts=st.booleans())
    def read(self, *, which: int, hurts: bool) -> None:
        with suppress(MarketError), unit_of_work() as session:
            wish = session.get_one(Wish, self.ids[which])
            command = ReviewWish(
                community_id=self._here,
                wish_id=wish.id,
                content_hash=wish.content_hash,
                neighbours_could_guess=False,
                school_could_guess=False,
                child_would_be_hurt=hurts,
                note="换个说法" if hurts else "",
            )
            review_wish(session, command, by_id=self.day.cast.reviewer.id, now=self.now)

    @rule(which=ONE, ticks=TICKS, agreed=st.booleans(), days=st.sampled_from([1, 3, 300]))
    def consent(self, *, which: int, ticks: set[Purpose], agreed: bool, days: int) -> None:
        with suppress(MarketError), unit_of_work() as session:
            today = local_day(session, self._here, self.now)
            terms = ConsentTerms(
                purposes=frozenset(ticks),
                notice_version="2026-2",
                child_agreed=agreed,
                given_on=today,
                expires_on=today + timedelta(days=days),
            )
            command = RecordConsents(
                community_id=self._here, reference=self.references[which], terms=terms
            )
            record_consents(session, command, by_id=self._by, now=self.now)

    @rule(which=ONE, ticks=TICKS)
    def take_back(self, which: int, ticks: set[Purpose]) -> None:
        with suppress(MarketError), unit_of_work() as session:
            command = WithdrawConsents(
                community_id=self._here,
                reference=self.references[which],
                purposes=frozenset(ticks),
            )
            withdraw_consents(session, command, by_id=self._by, now=self.now)

    @rule(which=ONE)
    def print_and_use_a_half(self, which: int) -> None:
        self.halves += 1
        hashed = self.ids[0].to_bytes(16, "big") + self.halves.to_bytes(16, "big")
        with unit_of_work() as session:
            command = MakeStopCode(
                community_id=self._here,
                reference=self.references[which],
                secret=StopSecret(bytes(16), hashed),
            )
            make_stop_code(session, command, by_id=self._by, now=self.now)
        with unit_of_work() as session:
            stop_publication(session, hashed, now=self.now)

    @rule(which=ONE)
    def lead_on(self, which: int) -> None:
        """Whatever comes next in its life; buying needs no money here, only its step."""
        with suppress(MarketError), unit_of_work() as session:
            wish = locked_wish(session, self._here, self.ids[which])
            state = WishState(wish.state)
            said: Any = {"community_id": self._here, "wish_id": wish.id}
            if state is WishState.REVIEWED:
                open_wish(session, OpenWish(**said), by_id=self._by, now=self.now)
            elif state is WishState.LIT:
                step(session, wish, WishState.BOUGHT, by_id=self._by, now=self.now)
            elif state is WishState.BOUGHT:
                done = DeliverWish(**said, evidence="签收单 1 号")
                deliver_wish(session, done, by_id=self._by, now=self.now)
            elif state is WishState.DELIVERED:
                asked = FollowUpWish(**said, evidence="回访表 1 号")
                follow_up_wish(session, asked, by_id=self._by, now=self.now)

    @rule(which=ONE, expired=st.booleans())
    def end(self, *, which: int, expired: bool) -> None:
        with suppress(MarketError), unit_of_work() as session:
            command = EndWish(
                community_id=self._here, wish_id=self.ids[which], expired=expired, note="家里有了"
            )
            end_wish(session, command, by_id=self._by, now=self.now)

    @rule(days=st.sampled_from([1, 2, 30]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @invariant()
    def only_what_has_consent_is_on_a_page(self) -> None:
        if not hasattr(self, "pages"):
            return
        with Session(db.engine) as session:
            today = local_day(session, self._here, self.now)
            marks = {}
            for wish in session.scalars(select(Wish).where(Wish.id.in_(self.ids))):
                marks[wish.code] = (wish.text, wish.text_en, may_show(session, wish, today))
        for page in self.pages:
            for language in ({}, ENGLISH):
                answer = self.client.get(page, headers=language)
                for code, said in marks.items():
                    self._look(page, answer, code, said)

    def _look(
        self, page: str, answer: TestResponse, code: str, said: tuple[str, str, bool]
    ) -> None:
        text, english, shown = said
        own, body = page == f"/wishes/{code}", answer.text
        if own:
            assert answer.status_code == (200 if shown else 404), (page, shown)
        if shown:
            assert not own or text in body or english in body
            return
        assert text not in body, page
        assert english not in body, page
        assert own or code not in body, page

    @property
    def _here(self) -> int:
        return self.day.community.id

    @property
    def _by(self) -> int:
        return self.day.cast.social_worker.id


def mark() -> dict[str, str]:
    """Words that no other wish of this run has: one of them on a page is this wish."""
    number = [int(digit) for digit in str(next(_numbers))]
    signs = "".join("甲乙丙丁戊己庚辛壬癸"[digit] for digit in number)
    letters = "".join("abcdefghij"[digit] for digit in number)
    return {"text": f"想要一只叫「{signs}」的风筝", "text_en": f"A kite called [{letters}]"}


def may_show(session: Session, wish: Wish, today: date) -> bool:
    """The same rule as the gate's, by rows and plain words."""
    rows = session.scalars(select(WishReview).where(WishReview.wish_id == wish.id)).all()
    last = max(rows, key=lambda row: row.id, default=None)
    read = (
        last is not None
        and last.content_hash == wish.content_hash
        and last.reviewed_by_id != wish.written_by_id
        and not last.neighbours_could_guess
        and not last.school_could_guess
        and not last.child_would_be_hurt
    )
    gone = set(session.scalars(select(ConsentWithdrawal.consent_id)))
    standing = {
        row.purpose
        for row in session.scalars(select(Consent).where(Consent.reference == wish.consent_ref))
        if row.id not in gone
        and row.community_id == wish.community_id
        and row.given_on <= today < row.expires_on
        and (row.child_agreed or row.purpose == "process")
    }
    return wish.state in SHOWN_STATES and read and {"process", "publish_text"} <= standing


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_in_no_state_does_a_page_show_what_has_no_consent(app: Flask) -> None:
    run(app, stories=10, steps=12)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_nor_on_the_other_database(app: Flask) -> None:
    run(app, stories=2, steps=10)


def run(app: Flask, *, stories: int, steps: int) -> None:
    class Here(Publication):
        pass

    Here.app = app
    with app.app_context():
        run_state_machine_as_test(
            Here,
            settings=settings(
                max_examples=stories,
                stateful_step_count=steps,
                # A story is short enough to be read as it is: making it shorter takes minutes.
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
