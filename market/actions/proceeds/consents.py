"""Consents: recorded one row for each purpose, and taken back at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_members
from market.actions.ledger.audit import note
from market.actions.ledger.posting import local_day
from market.actions.proceeds.steps import step
from market.actions.proceeds.withdrawn import remember_withdrawal
from market.domain.errors import N_, Invalid, Missing, Refused
from market.domain.identity.withdrawn import Withdrawn
from market.domain.proceeds.consent import (
    TOLD_OTHERS,
    ConsentTerms,
    Purpose,
    state_after_withdrawal,
)
from market.domain.proceeds.wish import WishState
from market.models.proceeds import (
    Consent,
    ConsentWithdrawal,
    PublicationStop,
    StopCode,
    Wish,
)


class NoSuchReference(Missing):
    """No wish of this community has this reference."""

    sentence = N_("没有找到这份同意书，请从心愿页面重新进入。")


class NoPurpose(Invalid):
    """Nothing was ticked."""

    sentence = N_("请至少勾选一项同意的内容。")


class WitnessIsRecorder(Invalid):
    """A spoken yes heard by one person only."""

    sentence = N_("口头同意要有另一位同事在场，见证人不能是登记人自己。")


class PublicationStopped(Refused):
    """A sheet is recorded whose guardian has used their half of it already."""

    sentence = N_(
        "监护人已经用手里的那一半停止了公开，这张同意书不能再登记“公开”和“转发”。"
        "只登记“处理信息”可以，心愿一样办；又愿意公开了，请打印一张新的，请监护人和孩子再看一遍。"
    )


class NothingToWithdraw(Refused):
    """No consent stands to what is taken back."""

    sentence = N_("这几项现在没有有效的同意，不用再撤回，页面上也不会显示。")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsents:
    """What was ticked on one sheet; `witness_id` is who heard a spoken yes."""

    community_id: int
    reference: str
    terms: ConsentTerms
    witness_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsents:
    """What is taken back, from now on."""

    community_id: int
    reference: str
    purposes: frozenset[Purpose]


def record_consents(
    session: Session, command: RecordConsents, *, by_id: int, now: datetime
) -> list[Consent]:
    """One row for each purpose. Raises NoSuchReference, NoPurpose, ConsentNotYetGiven, …"""
    terms = command.terms
    if not terms.purposes:
        raise NoPurpose(field="purposes")
    terms.check_day(local_day(session, command.community_id, now))
    if command.witness_id is not None:
        if command.witness_id == by_id:
            raise WitnessIsRecorder(field="witness")
        require_members(session, command.community_id, [command.witness_id])
    locked_wishes(session, command.community_id, command.reference)
    if terms.purposes & TOLD_OTHERS:
        _require_not_stopped(session, command.community_id, command.reference)
    rows = [
        Consent(
            community_id=command.community_id,
            reference=command.reference,
            purpose=str(purpose),
            notice_version=terms.notice_version,
            guardian=str(terms.guardian or ""),
            child_agreed=terms.child_agreed,
            witness_id=command.witness_id,
            given_on=terms.given_on,
            expires_on=terms.expires_on,
            recorded_by_id=by_id,
            recorded_at=now,
        )
        for purpose in sorted(terms.purposes)
    ]
    session.add_all(rows)
    session.flush()
    _touch(session, command.community_id, command.reference, now)
    for row in rows:
        note(
            session,
            "consent_given",
            community_id=command.community_id,
            now=now,
            consent=row.id,
            purpose=row.purpose,
            by=by_id,
        )
    return rows


def withdraw_consents(
    session: Session, command: WithdrawConsents, *, by_id: int | None, now: datetime
) -> list[ConsentWithdrawal]:
    """Take consents back: from this moment nothing they covered renders.

    What becomes of the wishes behind them is told by `state_after_withdrawal`. `by_id` is None when
    a guardian did it. Raises NoSuchReference, NoPurpose, NothingToWithdraw.
    """
    if not command.purposes:
        raise NoPurpose(field="purposes")
    wishes = locked_wishes(session, command.community_id, command.reference)
    rows = take_back(session, wishes, command.purposes, by_id=by_id, now=now)
    if not rows:
        raise NothingToWithdraw
    return rows


def take_back(
    session: Session,
    wishes: Sequence[Wish],
    purposes: Collection[Purpose],
    *,
    by_id: int | None,
    now: datetime,
) -> list[ConsentWithdrawal]:
    """Take back what stands behind locked wishes of one sheet; gives nothing where nothing stands."""
    community_id, reference = wishes[0].community_id, wishes[0].consent_ref
    standing = session.scalars(
        select(Consent)
        .outerjoin(ConsentWithdrawal, ConsentWithdrawal.consent_id == Consent.id)
        .where(
            Consent.community_id == community_id,
            Consent.reference == reference,
            Consent.purpose.in_([str(purpose) for purpose in purposes]),
            ConsentWithdrawal.consent_id.is_(None),
        )
        .order_by(Consent.id)
    ).all()
    rows = [
        ConsentWithdrawal(consent_id=consent.id, withdrawn_at=now, recorded_by_id=by_id)
        for consent in standing
    ]
    session.add_all(rows)
    session.flush()
    _touch(session, community_id, reference, now)
    for consent in standing:
        note(
            session,
            "consent_withdrawn",
            community_id=community_id,
            now=now,
            consent=consent.id,
            purpose=consent.purpose,
            by=by_id or 0,
        )
    remember_withdrawal([Withdrawn(community_id, reference, one.purpose, now) for one in standing])
    taken_back = {Purpose(consent.purpose) for consent in standing}
    for wish in wishes:
        state = WishState(wish.state)
        then = state_after_withdrawal(state, taken_back)
        if then is not state:
            step(session, wish, then, by_id=by_id or standing[0].recorded_by_id, now=now)
    return rows


def locked_wishes(session: Session, community_id: int, reference: str) -> list[Wish]:
    """All wishes of one sheet, locked in the order of their ids. Raises NoSuchReference."""
    wishes = list(
        session.scalars(
            select(Wish)
            .where(Wish.community_id == community_id, Wish.consent_ref == reference)
            .order_by(Wish.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    if not wishes:
        raise NoSuchReference
    return wishes


def _require_not_stopped(session: Session, community_id: int, reference: str) -> None:
    """The newest sheet counts: once its half was used, only another sheet says yes again."""
    newest = (
        select(func.max(StopCode.id))
        .where(StopCode.community_id == community_id, StopCode.reference == reference)
        .scalar_subquery()
    )
    stopped = session.scalar(
        select(PublicationStop.code_id).where(PublicationStop.code_id == newest)
    )
    if stopped is not None:
        raise PublicationStopped(field="purposes")


def _touch(session: Session, community_id: int, reference: str, now: datetime) -> None:
    """Whoever keeps a copy of these wishes' pages must see that something is new."""
    session.execute(
        update(Wish)
        .where(Wish.community_id == community_id, Wish.consent_ref == reference)
        .values(changed_at=now)
        .execution_options(synchronize_session=False)
    )
