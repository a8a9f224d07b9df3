"""A guardian's half of the consent sheet: made when the sheet is printed, and used without a login."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.proceeds.consents import locked_wishes, take_back
from market.domain.errors import N_, Missing
from market.domain.proceeds.consent import TOLD_OTHERS
from market.models.proceeds import PublicationStop, StopCode


class NoSuchStopCode(Missing):
    """Nobody's half of a sheet has this address."""

    sentence = N_(
        "没有找到这张回执。请再扫一次纸上的二维码；还是不行，就打给社工，说一声“不公开了”。"
    )


@dataclass(frozen=True, slots=True)
class StopSecret:
    """What makes the address of a half again, and the SHA-256 of its secret part."""

    salt: bytes
    token_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeStopCode:
    """A new sheet for one reference; halves printed before stay good."""

    community_id: int
    reference: str
    secret: StopSecret


def make_stop_code(
    session: Session, command: MakeStopCode, *, by_id: int, now: datetime
) -> StopCode:
    """Keep what a newly printed half is known by. Raises NoSuchReference."""
    locked_wishes(session, command.community_id, command.reference)
    code = StopCode(
        community_id=command.community_id,
        reference=command.reference,
        token_hash=command.secret.token_hash,
        salt=command.secret.salt,
        made_by_id=by_id,
        made_at=now,
    )
    session.add(code)
    session.flush()
    note(
        session,
        "consent_sheet_printed",
        community_id=command.community_id,
        now=now,
        sheet=code.id,
        by=by_id,
    )
    return code


def stop_publication(session: Session, token_hash: bytes, *, now: datetime) -> None:
    """Take back every consent that lets others know, at once; a second time changes nothing.

    What we need to fulfil the wish stays: refusing costs nothing. Raises NoSuchStopCode.
    """
    code = session.scalar(select(StopCode).where(StopCode.token_hash == token_hash))
    if code is None:
        raise NoSuchStopCode
    wishes = locked_wishes(session, code.community_id, code.reference)
    if session.get(PublicationStop, code.id, populate_existing=True) is not None:
        return
    session.add(PublicationStop(code_id=code.id, stopped_at=now))
    session.flush()
    note(session, "publication_stopped", community_id=code.community_id, now=now, sheet=code.id)
    take_back(session, wishes, TOLD_OTHERS, by_id=None, now=now)
