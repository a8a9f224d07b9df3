"""A second factor: an app on the phone that shows a code each half minute (RFC 6238), or a card.

What the app keeps, or the card shows (grid_card.py), is derived from the server's key and a salt,
so that the database holds nothing by which a code could be made.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.people.events import note_of_person
from market.actions.people.roles import member, require_charge_of
from market.domain.errors import N_, Forbidden, Invalid, Missing, Refused
from market.models.people import Person, SecondFactor, WebSession

SALT_BYTES = 32
STEP = timedelta(seconds=30)
GOOD_FOR = timedelta(minutes=10)
"""How long a session needs no other code."""
_SECRET_BYTES = 20
_CLOCK_MAY_BE_OFF = (0, -1, 1)


class WrongCode(Invalid):
    """No code of now, or one that was taken already: not told apart."""

    sentence = N_("验证码不对，或者已经用过。请等手机上换了新的一组，再输一次。")


class WrongCells(WrongCode):
    """Not what stands in the asked cells, or another page answered the question first."""

    sentence = N_("和口令卡对不上。请照现在问的这几格，再抄一次。")


class FactorStands(Refused):
    """The person has a second factor already."""

    sentence = N_("您已经有手机验证器或口令卡了。要换，请先用现在的解除。")


class NoFactor(Missing):
    """The person has no second factor, or it was removed a moment ago."""

    sentence = N_("这个人现在没有手机验证器，也没有口令卡。")


class LossNotReported(Refused):
    """Nobody says that the phone or card is lost, or somebody took that back."""

    sentence = N_("没有等着确认的丢失，可能刚刚办完。")


class SamePersonTwice(Forbidden):
    """Who reported a loss, or whose phone or card it is, may not confirm it."""

    sentence = N_("这一步要另一位同事来确认：不能是报失的人，也不能是本人。")


def secret_of(key: str, person_id: int, salt: bytes) -> str:
    """The secret that the app keeps, in base 32 as apps take it."""
    said = b"second factor\0" + str(person_id).encode() + b"\0" + salt
    derived = hmac.digest(key.encode(), said, hashlib.sha256)
    return base64.b32encode(derived[:_SECRET_BYTES]).decode()


def matching_step(secret: str, typed: str, *, now: datetime) -> int | None:
    """The half minute to which the typed code belongs, or None; a phone may be off by one."""
    # Only who gives a code pays for what makes one.
    import pyotp  # noqa: PLC0415

    codes = pyotp.TOTP(secret)
    current = int(now.timestamp()) // int(STEP.total_seconds())
    said = typed.encode()
    matching = [
        current + off
        for off in _CLOCK_MAY_BE_OFF
        if hmac.compare_digest(codes.generate_otp(current + off).encode(), said)
    ]
    return matching[0] if matching else None


def set_up(
    session: Session,
    person_id: int,
    salt: bytes,
    step: int,
    *,
    session_id: int,
    now: datetime,
    on_paper: bool = False,
) -> None:
    """Let the app, or the card, count from now on: its first code, of `step`, was right.

    Raises FactorStands.
    """
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    if session.get(SecondFactor, person_id) is not None:
        raise FactorStands
    session.add(
        SecondFactor(
            person_id=person_id, on_paper=on_paper, salt=salt, last_step=step, set_up_at=now
        )
    )
    session.flush()
    _prove(session, session_id, now)
    kind = "grid_card_set_up" if on_paper else "second_factor_set_up"
    note_of_person(session, kind, person_id, now=now, by_id=person_id)


def use_code(
    session: Session, person_id: int, step: int, *, session_id: int, now: datetime
) -> None:
    """Spend a code: this session is proved for a while. Raises WrongCode if it was spent before.

    One guarded statement, so that of many who send the same code one gets in.
    """
    spent = session.scalar(
        update(SecondFactor)
        .where(SecondFactor.person_id == person_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.person_id)
    )
    if spent is None:
        raise WrongCode
    _prove(session, session_id, now)


def remove_own(session: Session, person_id: int, *, now: datetime) -> None:
    """Take it off one's own account; whoever calls has asked for a code. Raises NoFactor."""
    _remove(session, person_id)
    note_of_person(session, "second_factor_removed", person_id, now=now, by_id=person_id)


def forget_app(session: Session, person_id: int, *, now: datetime) -> None:
    """Whoever runs the server takes it off somebody: nobody else is left who could."""
    _remove(session, person_id)
    note_of_person(session, "second_factor_removed", person_id, now=now)


def report_loss(
    session: Session, person_id: int, *, community_id: int, by_id: int, now: datetime
) -> None:
    """An administrator says that somebody's phone or card is gone.

    Raises NotAdministrator, NoSuchPerson, AlsoElsewhere, NoFactor.
    """
    require_charge_of(session, person_id, community_id=community_id, by_id=by_id)
    reported = session.scalar(
        update(SecondFactor)
        .where(SecondFactor.person_id == person_id)
        .values(lost_at=now, lost_by_id=by_id)
        .returning(SecondFactor.person_id)
    )
    if reported is None:
        raise NoFactor
    note_of_person(session, "second_factor_lost", person_id, now=now, by_id=by_id)


def decide_loss(
    session: Session,
    person_id: int,
    *,
    community_id: int,
    confirmed: bool,
    by_id: int,
    now: datetime,
) -> None:
    """Somebody else confirms the loss, and it counts no more; or says that there is none.

    Raises NoLongerApprover, NoSuchPerson, LossNotReported, SamePersonTwice,
    NotAdministrator, AlsoElsewhere.
    """
    require_approver(session, community_id, by_id)
    member(session, person_id, community_id)
    lost_by_id = session.scalar(
        select(SecondFactor.lost_by_id).where(SecondFactor.person_id == person_id).with_for_update()
    )
    if lost_by_id is None:
        raise LossNotReported
    if not confirmed:
        session.execute(
            update(SecondFactor)
            .where(SecondFactor.person_id == person_id)
            .values(lost_at=None, lost_by_id=None)
        )
        note_of_person(session, "second_factor_found", person_id, now=now, by_id=by_id)
        return
    if by_id in {lost_by_id, person_id}:
        raise SamePersonTwice
    # Whoever reported it must still look after this person, and in this community.
    require_charge_of(session, person_id, community_id=community_id, by_id=lost_by_id)
    _remove(session, person_id)
    note_of_person(session, "second_factor_removed", person_id, now=now, by_id=by_id)


def _remove(session: Session, person_id: int) -> None:
    removed = session.scalar(
        delete(SecondFactor)
        .where(SecondFactor.person_id == person_id)
        .returning(SecondFactor.person_id)
    )
    if removed is None:
        raise NoFactor
    # What was proved with what is gone proves nothing any more.
    session.execute(
        update(WebSession).where(WebSession.person_id == person_id).values(proved_at=None)
    )


def _prove(session: Session, session_id: int, now: datetime) -> None:
    session.execute(update(WebSession).where(WebSession.id == session_id).values(proved_at=now))
