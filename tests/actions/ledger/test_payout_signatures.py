"""A payout in cash is signed for by who gets it, before the second person lets it go."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from market.actions.ledger.move_records import AlreadyDecided, NoSuchMove
from market.actions.ledger.payout_signatures import (
    NothingToSign,
    NotSigned,
    SignatureMissing,
    SignPayout,
    sign_payout,
)
from market.domain.ledger.moves import MoveKind, SignWay
from market.models.ledger import MoneyMove, PayoutSignature
from tests.market_day import LATER, Day, balance, make_day
from tests.moves import bank, decide, move, propose, safe, sign
from tests.refunds import closed_sale

STROKES = " ".join(f"{100 + 30 * x},{120 + 10 * x}" for x in range(10))


@pytest.fixture
def day(session: Session) -> Day:
    made = make_day(session)
    closed_sale(session, made, made.scarf)
    return made


@pytest.fixture
def in_cash(session: Session, day: Day) -> MoneyMove:
    return propose(session, day, MoveKind.PAYOUT, 48_00, party_id=day.weaver.id, source=safe(day))


def signed(session: Session, day: Day, move_id: int, **more: object) -> PayoutSignature:
    command = SignPayout(community_id=day.community.id, move_id=move_id, **more)  # type: ignore[arg-type]
    return sign_payout(session, command, by_id=day.cast.treasurer.id, now=LATER)


def test_no_cash_is_paid_out_that_nobody_signed_for(
    session: Session, day: Day, in_cash: MoneyMove
) -> None:
    with pytest.raises(NotSigned):
        decide(session, day, in_cash)
    assert balance(session, day, f"payable:{day.weaver.id}") == -48_00
    signed(session, day, in_cash.id, strokes=STROKES)
    assert decide(session, day, in_cash).voucher_id is not None
    assert balance(session, day, f"payable:{day.weaver.id}") == 0


@pytest.mark.parametrize(
    ("more", "way"),
    [
        ({"strokes": STROKES}, SignWay.DRAWN),
        ({"slip": "收条 7"}, SignWay.PAPER),
        ({"strokes": STROKES, "slip": "收条 7"}, SignWay.DRAWN),
    ],
)
def test_she_signs_with_a_finger_or_on_paper(
    session: Session, day: Day, in_cash: MoneyMove, more: dict[str, str], way: SignWay
) -> None:
    first = signed(session, day, in_cash.id, **more)
    assert first.way == way
    assert signed(session, day, in_cash.id, slip="又一张").slip == first.slip


def test_or_she_says_so_on_her_own_phone_for_her_own_money_alone(
    session: Session, day: Day, in_cash: MoneyMove
) -> None:
    with pytest.raises(NoSuchMove):
        signed(session, day, in_cash.id, own_party_id=day.weaver.id + 1)
    with pytest.raises(SignatureMissing):
        signed(session, day, in_cash.id)
    assert signed(session, day, in_cash.id, own_party_id=day.weaver.id).way == SignWay.PHONE


def test_a_transfer_needs_no_signature_and_a_decided_one_takes_none(
    session: Session, day: Day, in_cash: MoneyMove
) -> None:
    move(session, day, MoveKind.DEPOSIT, 60_00, source=safe(day), target=bank(day))
    by_bank = propose(
        session, day, MoveKind.PAYOUT, 48_00, party_id=day.weaver.id, source=bank(day)
    )
    with pytest.raises(NothingToSign):
        signed(session, day, by_bank.id, slip="x")
    decide(session, day, by_bank)
    sign(session, day, in_cash)
    decide(session, day, in_cash, approved=False, reason="已经转账")
    with pytest.raises(AlreadyDecided):
        signed(session, day, in_cash.id, slip="x")
