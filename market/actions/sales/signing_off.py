"""At closing each phone of a till has said that all of its records are here, or is named with why not."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from market.domain.errors import N_, Invalid
from market.domain.text import clean_text
from market.models.sales import ClosurePhone
from market.queries.sales.sign_offs import PhoneAtTill, SignOff, phones_at
from market.queries.sales.tills import TillNow

MOST_REASON = 200
PLAIN_FORMS = N_("只用普通表单，手机里没有记录")


class PhonesNotSignedOff(Invalid):
    """Closing does not wait for a phone, and does not forget it either."""

    sentence = N_(
        "还有手机没有签退：%(phones)s。请先在那部手机上点“签退”；"
        "做不到就写明原因，结账会把它记下来，晚到的记录另做补充结账。"
    )


def phones_with_reason(
    session: Session, till: TillNow, reason: str
) -> tuple[list[PhoneAtTill], str]:
    """The phones of a till as they stand, and why those that have not signed off have not.

    Raises PhonesNotSignedOff where there are such and no reason.
    """
    phones = phones_at(session, till.market_day_id, till.id)
    words = clean_text(reason, most=MOST_REASON, least=0)
    open_phones = [one for one in phones if not one.state.settled]
    if open_phones and not words:
        raise PhonesNotSignedOff(
            phones=tuple(f"{one.phone.letter} {one.phone.name}".strip() for one in open_phones)
        )
    return phones, words


def name_phones(
    session: Session, closure_id: int, phones: Sequence[PhoneAtTill], reason: str
) -> None:
    """Write each phone into the closure, with its last contact."""
    session.add_all(
        ClosurePhone(
            closure_id=closure_id,
            device_id=one.phone.id,
            name=one.phone.name,
            signed_off_at=one.signed_off_at,
            seen_at=one.phone.seen_at,
            unsent=one.phone.unsent,
            missing=one.missing,
            reason=_why(one, reason),
        )
        for one in phones
    )


def _why(one: PhoneAtTill, reason: str) -> str:
    """Why a closure does not wait for a phone; '' where it has signed off."""
    if one.state is SignOff.PLAIN:
        return PLAIN_FORMS
    return "" if one.state.settled else reason
