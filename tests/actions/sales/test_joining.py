"""Phones join a stall by its pass: digits, seats, the same phone again, other stalls, other hands."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales.joining import (
    Join,
    NoSuchPass,
    PassExpired,
    PassFull,
    PassRevoked,
    ShownOut,
    WrongDigits,
    change_holder,
    join,
    note_contact,
)
from market.actions.sales.passes import PassSecret, RenewPass, renew_pass
from market.domain.errors import MarketError
from market.domain.sales.stall_pass import DigitsUnreadable, valid_until
from market.domain.text import TextMissing, TextTooLong
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.sales import Device, DeviceHolder, StallPass
from tests import factories
from tests.factories import NOW
from tests.market_day import Day, make_day
from tests.passes import DIGITS, Pass, make_pass
from tests.till_processes import all_at_once

SOON = NOW + timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Place:
    day: Day
    stall_pass: Pass


@pytest.fixture
def place(session: Session) -> Place:
    day = make_day(session)
    return Place(day, make_pass(session, day.stall, day.cast.social_worker))


def asked(stall_pass: Pass, **overrides: object) -> Join:
    given: dict[str, object] = {
        "pass_hash": stall_pass.row.token_hash,
        "name": "宝妈丙",
        "digits": DIGITS,
        "device_hash": hashlib.sha256(repr(overrides).encode()).digest(),
    }
    return Join(**{**given, **overrides})  # type: ignore[arg-type]


def names(session: Session, device_id: int) -> Sequence[str]:
    return session.scalars(
        select(DeviceHolder.name)
        .where(DeviceHolder.device_id == device_id)
        .order_by(DeviceHolder.id)
    ).all()


def taken(session: Session, stall_pass: Pass) -> int:
    question = select(StallPass.taken).where(StallPass.id == stall_pass.row.id)
    return session.scalar(question) or 0


def test_a_phone_gets_a_letter_and_takes_a_seat(session: Session, place: Place) -> None:
    joined = join(session, asked(place.stall_pass, name="  李阿姨 "), now=SOON)
    device = session.get_one(Device, joined.device_id)
    session.refresh(device)
    assert (device.letter, device.kind, device.person_id) == (joined.letter, "phone", None)
    assert device.pass_id == place.stall_pass.row.id
    assert (device.seen_at, device.unsent, device.last_sequence) == (SOON, 0, 0)
    assert names(session, device.id) == ["李阿姨"]
    assert taken(session, place.stall_pass) == 1
    assert not joined.known


def test_the_same_phone_keeps_its_seat(session: Session, place: Place) -> None:
    first = join(session, asked(place.stall_pass), now=NOW)
    again = join(session, asked(place.stall_pass, held_id=first.device_id), now=SOON)
    assert (again.device_id, again.letter, again.known) == (first.device_id, first.letter, True)
    assert taken(session, place.stall_pass) == 1
    assert names(session, first.device_id) == ["宝妈丙"]


def test_two_taps_are_one_phone(session: Session, place: Place) -> None:
    first = join(session, asked(place.stall_pass), now=NOW)
    again = join(session, asked(place.stall_pass), now=SOON)
    assert (again.device_id, again.known) == (first.device_id, True)
    assert taken(session, place.stall_pass) == 1
    session.get_one(Device, first.device_id).revoked_at = NOW
    with pytest.raises(ShownOut):
        join(session, asked(place.stall_pass), now=SOON)


def test_another_name_on_the_same_phone_is_another_volunteer(
    session: Session, place: Place
) -> None:
    first = join(session, asked(place.stall_pass), now=NOW)
    join(session, asked(place.stall_pass, held_id=first.device_id, name="王姐"), now=SOON)
    assert names(session, first.device_id) == ["宝妈丙", "王姐"]


def test_changing_hands_changes_nothing_else(session: Session, place: Place) -> None:
    first = join(session, asked(place.stall_pass), now=NOW)
    change_holder(session, place.day.community.id, first.device_id, "王姐", now=SOON)
    change_holder(session, place.day.community.id, first.device_id, "王姐", now=SOON)
    assert names(session, first.device_id) == ["宝妈丙", "王姐"]
    assert taken(session, place.stall_pass) == 1


def test_a_phone_that_goes_to_another_stall_frees_its_seat(session: Session, place: Place) -> None:
    other = make_pass(session, place.day.other_stall, place.day.cast.social_worker)
    first = join(session, asked(place.stall_pass), now=NOW)
    moved = join(session, asked(other, held_id=first.device_id), now=SOON)
    assert (moved.device_id, moved.letter) == (first.device_id, first.letter)
    assert (taken(session, place.stall_pass), taken(session, other)) == (0, 1)


def test_a_phone_of_another_market_day_is_a_new_one_here(session: Session, place: Place) -> None:
    day = factories.make_market_day(session, place.day.community, place.day.cast.social_worker)
    other = make_pass(session, factories.make_stall(session, day), place.day.cast.social_worker)
    first = join(session, asked(other), now=NOW)
    here = join(session, asked(place.stall_pass, held_id=first.device_id), now=SOON)
    assert here.device_id != first.device_id
    assert not here.known


def test_a_phone_that_was_shown_out_takes_a_new_seat(session: Session, place: Place) -> None:
    first = join(session, asked(place.stall_pass), now=NOW)
    session.get_one(Device, first.device_id).revoked_at = NOW
    again = join(
        session,
        asked(place.stall_pass, held_id=first.device_id, device_hash=b"2" * 32),
        now=SOON,
    )
    assert not again.known


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"digits": "0428"}, WrongDigits),
        ({"digits": "427"}, DigitsUnreadable),
        ({"digits": "四二七零"}, DigitsUnreadable),
        ({"digits": "04270"}, DigitsUnreadable),
        ({"name": "  "}, TextMissing),
        ({"name": "名" * 21}, TextTooLong),
        ({"pass_hash": b"0" * 32}, NoSuchPass),
    ],
)
def test_what_is_wrong_lets_nobody_in(
    session: Session, place: Place, typed: dict[str, object], refusal: type[MarketError]
) -> None:
    with pytest.raises(refusal):
        join(session, asked(place.stall_pass, **typed), now=SOON)
    assert taken(session, place.stall_pass) == 0


@pytest.mark.parametrize("typed", ["０４２７", " 04 27 ", "0427"])
def test_digits_are_read_as_people_type_them(session: Session, place: Place, typed: str) -> None:
    assert join(session, asked(place.stall_pass, digits=typed), now=SOON).letter


def test_a_pass_that_was_taken_back_says_so(session: Session, place: Place) -> None:
    place.stall_pass.row.revoked_at = NOW
    session.flush()
    with pytest.raises(PassRevoked, match="手作摊"):
        join(session, asked(place.stall_pass), now=SOON)


def test_a_pass_ends_at_midnight_of_its_market_day(session: Session, place: Place) -> None:
    midnight = valid_until(place.day.day.held_on, "Asia/Shanghai")
    assert midnight.isoformat() == "2026-11-21T16:00:00+00:00"
    with pytest.raises(PassExpired):
        join(session, asked(place.stall_pass), now=midnight)
    assert join(session, asked(place.stall_pass), now=midnight - timedelta(seconds=1)).letter


def test_before_its_market_day_a_pass_is_good_for_practice(session: Session, place: Place) -> None:
    day = factories.make_market_day(
        session, place.day.community, place.day.cast.social_worker, held_on=date(2026, 12, 5)
    )
    early = make_pass(session, factories.make_stall(session, day), place.day.cast.social_worker)
    assert join(session, asked(early), now=NOW).letter


def test_a_full_pass_lets_nobody_in_but_those_who_are_in(session: Session, place: Place) -> None:
    one = make_pass(session, place.day.other_stall, place.day.cast.social_worker, seats=1)
    first = join(session, asked(one), now=NOW)
    with pytest.raises(PassFull, match="1 个名额"):
        join(session, asked(one, device_hash=b"2" * 32), now=SOON)
    assert join(session, asked(one, held_id=first.device_id), now=SOON).known
    stranger = join(session, asked(place.stall_pass, device_hash=b"3" * 32), now=SOON)
    with pytest.raises(PassFull):
        join(session, asked(one, held_id=stranger.device_id), now=SOON)


def test_contact_is_kept_with_what_the_phone_says_it_holds(session: Session, place: Place) -> None:
    joined = join(session, asked(place.stall_pass), now=NOW)
    note_contact(session, joined.device_id, now=SOON, unsent=3)
    note_contact(session, joined.device_id, now=SOON + timedelta(seconds=1))
    device = session.get_one(Device, joined.device_id, populate_existing=True)
    assert (device.seen_at, device.unsent) == (SOON + timedelta(seconds=1), 3)


def test_the_chain_hears_of_phones_and_never_of_names(app: Flask, session: Session) -> None:
    with app.app_context(), unit_of_work() as work:
        day = make_day(work)
        stall_pass = make_pass(work, day.stall, day.cast.social_worker)
        joined = join(work, asked(stall_pass), now=NOW)
        change_holder(work, day.community.id, joined.device_id, "王姐", now=SOON)
    events = session.execute(select(AuditEvent.kind, AuditEvent.subject)).all()
    told = [event.kind for event in events if event.kind.startswith("device")]
    assert told == ["device_joined", "device_handed_over"]
    assert all("王姐" not in str(event) and DIGITS not in str(event.subject) for event in events)


@dataclass(frozen=True, slots=True)
class Come:
    """Somebody scans a pass."""

    command: Join

    def __call__(self, session: Session) -> bool:
        try:
            join(session, self.command, now=SOON)
        except PassFull:
            return False
        return True


def test_thirty_people_on_six_seats_are_six(
    app: Flask, database_url: str, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        day = make_day(work)
        stall_pass = make_pass(work, day.stall, day.cast.social_worker)
    acts = [
        Come(asked(stall_pass, name=f"宝妈{number}", device_hash=bytes([number]) * 32))
        for number in range(30)
    ]
    answers = all_at_once(database_url, acts)
    assert sorted(answers) == [False] * 24 + [True] * 6
    joined = select(func.count(), func.count(Device.letter.distinct())).where(
        Device.pass_id == stall_pass.row.id
    )
    assert tuple(session.execute(joined).one()) == (6, 6)
    assert taken(session, stall_pass) == 6


@dataclass(frozen=True, slots=True)
class Renew:
    """The organiser gives the stall a new code meanwhile."""

    command: RenewPass
    by_id: int

    def __call__(self, session: Session) -> bool:
        secret = PassSecret(secrets.token_bytes(16), secrets.token_bytes(32))
        renew_pass(
            session,
            self.command,
            secret=secret,
            random_bytes=secrets.token_bytes,
            by_id=self.by_id,
            now=SOON,
        )
        return True


@dataclass(frozen=True, slots=True)
class ComeOrNot(Come):
    """The same, with a code that may just have been taken back."""

    def __call__(self, session: Session) -> bool:
        try:
            # A dataclass with slots is another class than the one that `super()` was written in.
            return Come.__call__(self, session)
        except PassRevoked:
            return False


def test_whatever_happens_at_once_every_phone_in_has_its_seat(
    app: Flask, database_url: str, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        day = make_day(work)
        stall_pass = make_pass(work, day.stall, day.cast.social_worker)
    renewal = RenewPass(community_id=day.community.id, stall_id=day.stall.id, show_out=False)
    acts = [
        ComeOrNot(asked(stall_pass, device_hash=bytes([number]) * 32)) for number in range(8)
    ] + [Renew(renewal, day.cast.social_worker.id) for _ in range(2)]
    answers = all_at_once(database_url, acts)
    phones = dict(
        session.execute(
            select(Device.pass_id, func.count())
            .where(Device.pass_id.is_not(None))
            .group_by(Device.pass_id)
        ).all()
    )
    kept = session.scalars(select(StallPass).order_by(StallPass.id)).all()
    assert [row.revoked_at is None for row in kept] == [False, False, True]
    assert {row.id: row.taken for row in kept if row.taken} == phones
    assert sum(phones.values()) == answers[:8].count(True)
