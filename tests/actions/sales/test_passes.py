"""Passes of a market day: made, renewed, taken back; seats, digits, and phones shown out."""

from __future__ import annotations

import secrets

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales.joining import Join, PassRevoked, join
from market.actions.sales.passes import (
    NoPassYet,
    NoSuchPhone,
    PassSecret,
    RenewPass,
    TooFewSeats,
    change_digits,
    make_passes,
    renew_pass,
    revoke_pass,
    set_seats,
    show_out,
)
from market.domain.money import CountOutOfRange
from market.models.sales import DayDigits, Device, StallPass
from market.queries.sales.offers import NoSuchStall
from market.queries.sales.passes import PassNow, pass_of, passes_of, phone_now, phones_of
from market.queries.sales.tills import NoSuchMarketDay
from tests import factories
from tests.factories import NOW
from tests.market_day import Day, make_day
from tests.passes import DIGITS, make_pass, make_phone


def secret() -> PassSecret:
    return PassSecret(secrets.token_bytes(16), secrets.token_bytes(32))


@pytest.fixture
def day(session: Session) -> Day:
    return make_day(session)


def made(session: Session, day: Day) -> int:
    return make_passes(
        session,
        day.community.id,
        day.day.id,
        new_secret=secret,
        random_bytes=secrets.token_bytes,
        by_id=day.cast.social_worker.id,
        now=NOW,
    )


def renewed(session: Session, day: Day, *, show_out: bool = False) -> StallPass:
    return renew_pass(
        session,
        RenewPass(community_id=day.community.id, stall_id=day.stall.id, show_out=show_out),
        secret=secret(),
        random_bytes=secrets.token_bytes,
        by_id=day.cast.social_worker.id,
        now=NOW,
    )


def joined(session: Session, day: Day, stall_pass: PassNow | StallPass) -> int:
    digits = session.get_one(DayDigits, day.day.id).digits
    command = Join(
        pass_hash=stall_pass.token_hash or b"",
        name="宝妈丙",
        digits=digits,
        device_hash=secrets.token_bytes(32),
    )
    return join(session, command, now=NOW).device_id


def now_at(session: Session, day: Day) -> PassNow:
    session.expire_all()
    return pass_of(session, day.community.id, day.stall.id)


def test_every_stall_gets_a_pass_once_and_the_day_its_digits(session: Session, day: Day) -> None:
    assert made(session, day) == 2
    assert made(session, day) == 0
    found = passes_of(session, day.day.id)
    assert [(one.number, one.seats, one.taken, one.stands) for one in found] == [
        ("3", 6, 0, True),
        ("4", 6, 0, True),
    ]
    digits = session.get_one(DayDigits, day.day.id).digits
    assert len(digits) == 4
    assert digits.isdecimal()


def test_a_stall_that_came_later_gets_its_pass_and_the_digits_stay(
    session: Session, day: Day
) -> None:
    made(session, day)
    digits = session.get_one(DayDigits, day.day.id).digits
    factories.make_stall(session, day.day)
    assert made(session, day) == 1
    assert session.get_one(DayDigits, day.day.id).digits == digits


def test_a_renewed_pass_keeps_its_phones_and_the_old_code_lets_nobody_in(
    session: Session, day: Day
) -> None:
    made(session, day)
    old = now_at(session, day)
    device_id = joined(session, day, old)
    set_seats(session, day.community.id, day.stall.id, 9, by_id=day.cast.treasurer.id, now=NOW)
    new = renewed(session, day)
    found = now_at(session, day)
    assert (found.id, found.seats, found.taken, found.stands) == (new.id, 9, 1, True)
    assert phones_of(session, day.day.id)[0].id == device_id
    with pytest.raises(PassRevoked):
        joined(session, day, old)


def test_renewing_may_show_everybody_out_and_change_the_digits(session: Session, day: Day) -> None:
    made(session, day)
    device_id = joined(session, day, now_at(session, day))
    digits = session.get_one(DayDigits, day.day.id).digits
    renewed(session, day, show_out=True)
    assert now_at(session, day).taken == 0
    assert session.get_one(Device, device_id).revoked_at == NOW
    assert session.get_one(DayDigits, day.day.id).digits != digits


def test_a_pass_taken_back_comes_to_life_as_another_with_its_phones(
    session: Session, day: Day
) -> None:
    made(session, day)
    joined(session, day, now_at(session, day))
    revoke_pass(session, day.community.id, day.stall.id, by_id=day.cast.treasurer.id, now=NOW)
    assert not now_at(session, day).stands
    with pytest.raises(NoPassYet):
        revoke_pass(session, day.community.id, day.stall.id, by_id=day.cast.treasurer.id, now=NOW)
    renewed(session, day)
    assert (now_at(session, day).stands, now_at(session, day).taken) == (True, 1)


def test_a_stall_without_a_pass_gets_one_by_renewing(session: Session, day: Day) -> None:
    assert now_at(session, day).id is None
    renewed(session, day)
    assert now_at(session, day).stands
    assert session.get(DayDigits, day.day.id) is not None


def test_seats_are_never_fewer_than_phones(session: Session, day: Day) -> None:
    made(session, day)
    by_id = day.cast.social_worker.id
    for _ in range(3):
        joined(session, day, now_at(session, day))
    with pytest.raises(TooFewSeats, match="3"):
        set_seats(session, day.community.id, day.stall.id, 2, by_id=by_id, now=NOW)
    set_seats(session, day.community.id, day.stall.id, 3, by_id=by_id, now=NOW)
    assert now_at(session, day).seats == 3
    for wrong in (0, 31):
        with pytest.raises(CountOutOfRange):
            set_seats(session, day.community.id, day.stall.id, wrong, by_id=by_id, now=NOW)


def test_digits_always_change(session: Session, day: Day) -> None:
    make_pass(session, day.stall, day.cast.social_worker)
    drawn = iter([int(DIGITS), 12, 10_012])
    change_digits(
        session,
        day.community.id,
        day.day.id,
        random_bytes=lambda _: next(drawn).to_bytes(8),
        by_id=day.cast.social_worker.id,
        now=NOW,
    )
    assert session.get_one(DayDigits, day.day.id).digits == "0012"


def test_a_phone_shown_out_frees_its_seat_once(session: Session, day: Day) -> None:
    stall_pass = make_pass(session, day.stall, day.cast.social_worker)
    phone = make_phone(session, stall_pass)
    for _ in range(2):
        show_out(
            session, day.community.id, phone.device.id, by_id=day.cast.social_worker.id, now=NOW
        )
    session.expire_all()
    assert stall_pass.row.taken == 0
    found = phone_now(session, day.community.id, phone.device.id)
    assert found is not None
    assert found.revoked_at == NOW


def test_what_is_another_community_s_is_out_of_reach(session: Session, day: Day) -> None:
    other = make_day(session)
    phone = make_phone(session, make_pass(session, day.stall, day.cast.social_worker))
    by_id = other.cast.social_worker.id
    with pytest.raises(NoSuchPhone):
        show_out(session, other.community.id, phone.device.id, by_id=by_id, now=NOW)
    with pytest.raises(NoSuchStall):
        set_seats(session, other.community.id, day.stall.id, 5, by_id=by_id, now=NOW)
    with pytest.raises(NoSuchStall):
        revoke_pass(session, other.community.id, day.stall.id, by_id=by_id, now=NOW)
    with pytest.raises(NoSuchStall):
        pass_of(session, other.community.id, day.stall.id)
    with pytest.raises(NoSuchMarketDay):
        change_digits(
            session,
            other.community.id,
            day.day.id,
            random_bytes=secrets.token_bytes,
            by_id=by_id,
            now=NOW,
        )
    assert phone_now(session, other.community.id, phone.device.id) is None


def test_a_form_s_own_device_is_no_phone(session: Session, day: Day) -> None:
    with pytest.raises(NoSuchPhone):
        show_out(session, day.community.id, day.device.id, by_id=day.cast.social_worker.id, now=NOW)
    assert phones_of(session, day.day.id) == []
    assert session.scalar(select(func.count()).select_from(Device)) == 1
