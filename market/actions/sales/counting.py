"""Counting a till's cash: once, by two, before anybody sees what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.tills import lock_till
from market.domain.errors import N_, Forbidden, Invalid, Refused
from market.domain.money import Money, check_minor
from market.domain.sales.signature import clean_strokes
from market.domain.sales.till import CashCount as Pieces
from market.domain.sales.till import CashMoves, counters
from market.models.sales import CashCount, CountConfirmation
from market.queries.sales.closings import CountNow, cash_moves, count_of, waiting_takings
from market.queries.sales.tills import TillNow, TillState, box_income_may_be


class AlreadyCounted(Refused):
    """One count per till: it stands, and the difference is explained."""

    sentence = N_("“%(till)s”已经点过钱了，一班只点一次。有差额请在结账时写明原因。")


class NotCounted(Refused):
    """There is nothing to confirm or to close by."""

    sentence = N_("“%(till)s”还没有点钱，请先双人点钱。")


class AlreadyConfirmed(Refused):
    """The second word has been given, or none was needed."""

    sentence = N_("这次点钱已经确认过了，可以结账了。")


class CounterMayNotConfirm(Forbidden):
    """Whoever typed the count in confirms it."""

    sentence = N_("录入点钱结果的人不能自己确认，请另一位点钱人用自己的账号打开这一页。")


class BoxIncomeNotHere(Invalid):
    """Mutual aid inside a community has no collection box."""

    sentence = N_("这次市集的活动依据不允许无明细收入，请把这一项清空。")


class BoxIncomeTooLarge(Invalid):
    """More without a sale than was counted in all."""

    sentence = N_("无明细收入不能超过点出的总额 %(counted)s，请检查。")


class NotSigned(Invalid):
    """The second name was typed in, and nobody signed."""

    sentence = N_("请 %(second)s 当面核对后勾选签名，或者稍后用自己的手机确认。")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTill:
    """Pieces by denomination (minor units → pieces) and the two who counted.

    `box_minor` is what of it has no sale behind it. `signed`: the second counter has looked at
    the figures and signed on this phone.
    """

    community_id: int
    till_id: int
    pieces: Mapping[int, int]
    first_name: str
    second_name: str = ""
    box_minor: int = 0
    signed: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    """The second counter's word: her name signed on this phone, or herself on her own."""

    signature: str = ""
    strokes: str = ""
    person_id: int | None = None
    kind: str = "count_signed"


def count_till(session: Session, command: CountTill, *, by_id: int, now: datetime) -> CountNow:
    """Keep the one count of a till; nothing is sold there any more.

    Raises NoSuchTill, AlreadyCounted, BoxIncomeNotHere, BoxIncomeTooLarge, and what the domain's
    `CashCount` and `counters` raise.
    """
    till = lock_till(session, command.community_id, command.till_id)
    if till.state is not TillState.OPEN:
        raise AlreadyCounted(till=till.name)
    pieces = Pieces(command.pieces)
    box_minor = _box(session, till, pieces, command.box_minor)
    first, second = counters(
        command.first_name, command.second_name, empty_box=_is_empty(session, till, pieces)
    )
    session.add(
        CashCount(
            till_id=till.id,
            pieces={str(unit_minor): count for unit_minor, count in pieces.pieces.items() if count},
            counted_minor=pieces.total_minor,
            box_minor=box_minor,
            counted_by_id=by_id,
            first_name=first,
            second_name=second,
            counted_at=now,
        )
    )
    note(
        session,
        "till_counted",
        community_id=till.community_id,
        now=now,
        till=till.id,
        counted=pieces.total_minor,
        box=box_minor,
        by=by_id,
    )
    if second and command.signed:
        _confirm(session, till, _Word(second), by_id=by_id, now=now)
    session.flush()
    return _counted(session, till)


def confirm_count(
    session: Session, community_id: int, till_id: int, *, by_id: int, now: datetime
) -> CountNow:
    """The second counter's word, given by herself, signed in on her own phone.

    Raises NoSuchTill, NotCounted, AlreadyConfirmed, CounterMayNotConfirm.
    """
    till = lock_till(session, community_id, till_id)
    count = _to_confirm(session, till)
    if count.counted_by_id == by_id:
        raise CounterMayNotConfirm
    word = _Word(person_id=by_id, kind="count_confirmed")
    _confirm(session, till, word, by_id=by_id, now=now)
    session.flush()
    return _counted(session, till)


def confirm_by_code(
    session: Session, community_id: int, till_id: int, *, by_id: int | None, now: datetime
) -> CountNow:
    """The second counter's word on her own phone, by the code the first one's shows.

    `by_id` where she is signed in there; else it is in the name that was written down for her.
    Raises NoSuchTill, NotCounted, AlreadyConfirmed, CounterMayNotConfirm.
    """
    till = lock_till(session, community_id, till_id)
    count = _to_confirm(session, till)
    if count.counted_by_id == by_id:
        raise CounterMayNotConfirm
    name = "" if by_id else count.second_name
    word = _Word(name, person_id=by_id, kind="count_confirmed_by_code")
    _confirm(session, till, word, by_id=by_id or count.counted_by_id, now=now)
    session.flush()
    return _counted(session, till)


def sign_count(
    session: Session,
    community_id: int,
    till_id: int,
    *,
    signature: str = "",
    strokes: str = "",
    by_id: int,
    now: datetime,
) -> CountNow:
    """The second counter's word on the first one's phone: her name, drawn or typed by herself.

    Raises NoSuchTill, NotCounted, AlreadyConfirmed, NotSigned, and what `clean_strokes` raises.
    """
    till = lock_till(session, community_id, till_id)
    count = _to_confirm(session, till)
    drawn = clean_strokes(strokes)
    if not drawn and signature.strip() != count.second_name:
        raise NotSigned(second=count.second_name)
    _confirm(session, till, _Word(count.second_name, drawn), by_id=by_id, now=now)
    session.flush()
    return _counted(session, till)


def _box(session: Session, till: TillNow, pieces: Pieces, box_minor: int) -> int:
    check_minor(box_minor)
    if box_minor and not box_income_may_be(session, till.market_day_id):
        raise BoxIncomeNotHere
    if box_minor > pieces.total_minor:
        raise BoxIncomeTooLarge(counted=Money(pieces.total_minor))
    return box_minor


def _is_empty(session: Session, till: TillNow, pieces: Pieces) -> bool:
    """Whether there never was cash in the box: no float, no cash sale, nothing moved, none found."""
    return (
        pieces.total_minor == 0
        and cash_moves(session, till.community_id, till.id) == CashMoves()
        and waiting_takings(session, till.id).cash_minor == 0
    )


def _to_confirm(session: Session, till: TillNow) -> CountNow:
    count = count_of(session, till.id)
    if count is None:
        raise NotCounted(till=till.name)
    if count.confirmed:
        raise AlreadyConfirmed
    return count


def _confirm(session: Session, till: TillNow, word: _Word, *, by_id: int, now: datetime) -> None:
    session.flush()
    session.add(
        CountConfirmation(
            till_id=till.id,
            person_id=word.person_id,
            signature=word.signature,
            strokes=word.strokes,
            confirmed_at=now,
        )
    )
    note(
        session,
        word.kind,
        community_id=till.community_id,
        now=now,
        till=till.id,
        by=by_id,
    )


def _counted(session: Session, till: TillNow) -> CountNow:
    count = count_of(session, till.id)
    if count is None:
        raise NotCounted(till=till.name)
    return count
