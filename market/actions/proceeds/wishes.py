"""Wishes: entered by one person, mended until they are bought, opened once they may be shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.posting import local_day
from market.actions.proceeds.steps import locked_wish, record_step, step
from market.domain.errors import N_, Invalid, Refused
from market.domain.ledger.months import month_of
from market.domain.money import Money
from market.domain.proceeds.consent import Purpose
from market.domain.proceeds.wish import (
    MENDABLE,
    StepNotAllowed,
    WishKind,
    WishState,
    mint_reference,
    mint_wish_code,
    parse_reference,
)
from market.domain.proceeds.wish_content import WishContent
from market.models.proceeds import Companions, Consent, Wish, WishCost
from market.queries.proceeds.rules import wish_rules
from market.queries.proceeds.visibility import consent_condition, passed_review_condition

_MOST_TRIES = 40


class ReferenceNotFound(Invalid):
    """A well-formed reference that nobody here was given."""

    sentence = N_(
        "没有找到这个同意书编号，请对照纸质同意书；第一次登记的请留空，系统会给一个新编号。"
    )


class CostBelowFunded(Refused):
    """A wish made cheaper than what is allocated to it."""

    sentence = N_("这个心愿已经安排了 %(funded)s，费用不能改得比它低。请先退回一部分款项。")


class NotYetReviewed(Refused):
    """A wish that no second reader has passed as it stands."""

    sentence = N_("还没有第二个人读过现在的内容，请先请一位同事复读。")


class ConsentMissing(Refused):
    """A consent that must stand today does not."""

    sentence = N_("缺一份今天有效的同意：%(purpose)s。请先补登同意书。")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterWish:
    """A new wish. `reference` is that of a consent form known here; None makes a new one.

    `reason` says why words stand that the linter asks about.
    """

    community_id: int
    content: WishContent
    reference: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWish:
    """The whole content anew; whatever differs asks for a second reader again."""

    community_id: int
    wish_id: int
    content: WishContent
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWish:
    """From here on a wish waits to be lit, and is seen if its guardian agreed to that."""

    community_id: int
    wish_id: int


def enter_wish(
    session: Session,
    command: EnterWish,
    *,
    by_id: int,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> Wish:
    """Write a wish down as a draft under a code of its own.

    Raises CouldIdentify, ReasonNeeded, KindRefused, WishTooDear, UnknownReference,
    ReferenceNotFound.
    """
    content = command.content
    reason = wish_rules(session, command.community_id).check(content, command.reason)
    month = month_of(local_day(session, command.community_id, now))
    wish = Wish(
        community_id=command.community_id,
        code=_unused_code(session, random_bytes),
        kind=str(content.kind),
        theme=str(content.theme),
        text=content.text,
        text_en=content.text_en,
        reason=reason,
        month=month,
        state=str(WishState.DRAFT),
        cost_minor=content.cost_minor,
        funded_minor=0,
        consent_ref=_reference(session, command, random_bytes),
        content_hash=content.hash(month),
        written_by_id=by_id,
        entered_by_id=by_id,
        entered_at=now,
        changed_at=now,
    )
    session.add(wish)
    session.flush()
    _write_costs(session, wish.id, content)
    _note_content(session, wish, "wish_entered", by_id=by_id, now=now)
    record_step(session, wish, WishState.DRAFT, by_id=by_id, now=now)
    return wish


def change_wish(session: Session, command: ChangeWish, *, by_id: int, now: datetime) -> Wish:
    """Write the content anew: the wish is a draft again, kept from sight until it is passed.

    So a cost is raised too: the wish then waits for the missing part. Nothing happens where nothing
    differs. Raises NoSuchWish, StepNotAllowed, CouldIdentify, ReasonNeeded, KindRefused,
    WishTooDear, CostBelowFunded.
    """
    wish = locked_wish(session, command.community_id, command.wish_id)
    state, content = WishState(wish.state), command.content
    if state not in MENDABLE:
        raise StepNotAllowed(now=state.label, then=WishState.DRAFT.label)
    rules = wish_rules(session, command.community_id)
    if content.hash(wish.month) == wish.content_hash:
        wish.reason = rules.check_words(content, command.reason)
        return wish
    reason = rules.check(content, command.reason)
    if content.cost_minor < wish.funded_minor:
        raise CostBelowFunded(funded=Money(wish.funded_minor))
    wish.kind, wish.theme = str(content.kind), str(content.theme)
    wish.text, wish.text_en = content.text, content.text_en
    wish.cost_minor, wish.content_hash = content.cost_minor, content.hash(wish.month)
    wish.written_by_id, wish.changed_at, wish.reason = by_id, now, reason
    session.flush()
    _write_costs(session, wish.id, content)
    _note_content(session, wish, "wish_changed", by_id=by_id, now=now)
    if state is not WishState.DRAFT:
        step(session, wish, WishState.DRAFT, by_id=by_id, now=now)
    return wish


def open_wish(session: Session, command: OpenWish, *, by_id: int, now: datetime) -> Wish:
    """Let a reviewed wish wait; one that has all it needs already (it was mended) is lit again.

    Raises NoSuchWish, StepNotAllowed, NotYetReviewed, ConsentMissing.
    """
    wish = locked_wish(session, command.community_id, command.wish_id)
    if WishState(wish.state) is WishState.REVIEWED:
        require_ours_to_handle(session, wish, now)
    step(session, wish, WishState.OPEN, by_id=by_id, now=now)
    if wish.opened_at is None:
        wish.opened_at = now
    if _has_all_it_needs(session, wish):
        step(session, wish, WishState.LIT, by_id=by_id, now=now)
    session.flush()
    return wish


def require_ours_to_handle(session: Session, wish: Wish, now: datetime) -> None:
    """Require that it was read as it stands and that we may handle it, and say what is missing.

    Whether it may be published too is asked where it is shown. Raises NotYetReviewed, ConsentMissing.
    """
    today = local_day(session, wish.community_id, now)
    passed, consented = session.execute(
        select(passed_review_condition(), consent_condition(Purpose.PROCESS, today)).where(
            Wish.id == wish.id
        )
    ).one()
    if not passed:
        raise NotYetReviewed
    if not consented:
        raise ConsentMissing(purpose=Purpose.PROCESS.label)


def _has_all_it_needs(session: Session, wish: Wish) -> bool:
    if wish.kind != WishKind.COMPANY:
        return wish.funded_minor == wish.cost_minor
    companions = session.get(Companions, wish.id, populate_existing=True)
    return companions is not None and companions.confirmed_at is not None


def _reference(session: Session, command: EnterWish, random_bytes: Callable[[int], bytes]) -> str:
    if not command.reference:
        return mint_reference(random_bytes)
    reference = parse_reference(command.reference)
    known = [
        select(table.id)
        .where(table.community_id == command.community_id, column == reference)
        .exists()
        for table, column in ((Wish, Wish.consent_ref), (Consent, Consent.reference))
    ]
    if not any(session.execute(select(*known)).one()):
        raise ReferenceNotFound
    return reference


def _unused_code(session: Session, random_bytes: Callable[[int], bytes]) -> str:
    """A code no wish of the installation has; the unique constraint stands behind it."""
    for _ in range(_MOST_TRIES):
        codes = list(islice(iter(lambda: mint_wish_code(random_bytes), None), 8))
        taken = set(session.scalars(select(Wish.code).where(Wish.code.in_(codes))))
        free = [code for code in codes if code not in taken]
        if free:
            return free[0]
    message = "no wish code is left"
    raise LookupError(message)


def _write_costs(session: Session, wish_id: int, content: WishContent) -> None:
    session.execute(delete(WishCost).where(WishCost.wish_id == wish_id))
    session.add_all(
        WishCost(wish_id=wish_id, number=number, name=item.name, amount_minor=item.amount_minor)
        for number, item in enumerate(content.costs, start=1)
    )


def _note_content(session: Session, wish: Wish, kind: str, *, by_id: int, now: datetime) -> None:
    note(
        session,
        kind,
        community_id=wish.community_id,
        now=now,
        wish=wish.id,
        content=wish.content_hash.hex(),
        cost=wish.cost_minor,
        by=by_id,
    )
