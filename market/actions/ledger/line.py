"""Laying money at a fund's end, taking it from the head, giving refunded money back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.posting import post
from market.domain.errors import N_, Refused
from market.domain.ledger.account import AccountRef
from market.domain.ledger.line import (
    Move,
    Piece,
    Span,
    exchanged,
    follow,
    merged,
    returned,
)
from market.domain.ledger.posting_table import refund_settled
from market.domain.money import Money
from market.models.ledger import (
    Account,
    Fund,
    Laying,
    LineMove,
    RefundClaim,
    RefundSettlement,
    Taking,
)
from market.queries.ledger.line import moves_after


class NotEnoughFree(Refused):
    """A fund has less free money than is asked of it."""

    sentence = N_(
        "“%(fund)s”现在可安排的只有 %(free)s，不够 %(want)s。请减少几项，或等下一次市集。"
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A fund's part of a closure: `ordinal` is its place in the frozen split."""

    fund_id: int
    ordinal: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Places taken from a fund's head in one step, in the order they were asked for."""

    fund_id: int
    step: int
    spans: tuple[Span, ...]


def lay_closure(session: Session, closure_id: int, parts: Iterable[Part]) -> None:
    """Lay a closure's net proceeds on its funds' lines, funds locked in id order."""
    for part in sorted(parts, key=lambda part: part.fund_id):
        if part.amount_minor:
            span, step = _lengthen(session, part.fund_id, part.amount_minor)
            session.add(
                Laying(
                    fund_id=part.fund_id,
                    start_minor=span.start,
                    end_minor=span.end,
                    step=step,
                    closure_id=closure_id,
                    fund_ordinal=part.ordinal,
                )
            )


def lay_box_income(session: Session, box_move_id: int, funds: Mapping[int, int]) -> None:
    """Lay money without a sale behind it (fund id → minor units)."""
    for fund_id in sorted(funds):
        if funds[fund_id]:
            span, step = _lengthen(session, fund_id, funds[fund_id])
            session.add(
                Laying(
                    fund_id=fund_id,
                    start_minor=span.start,
                    end_minor=span.end,
                    step=step,
                    box_move_id=box_move_id,
                )
            )


def lay_return(session: Session, fund_id: int, tail: Span, *, return_id: int) -> None:
    """Lay the tail of an allocation at the end of its line again; the old places are dead."""
    span, step = _lengthen(session, fund_id, tail.length)
    session.add(
        Laying(
            fund_id=fund_id,
            start_minor=span.start,
            end_minor=span.end,
            step=step,
            return_id=return_id,
        )
    )
    _add_moves(session, fund_id, returned(tail, span.start, step))


def take(session: Session, fund_id: int, amounts_minor: Sequence[int]) -> Taken:
    """Take places from the head, all or nothing, by the one guarded statement.

    The caller adds a `Taking` for each span. Raises NotEnoughFree.
    """
    total = sum(amounts_minor)
    row = session.execute(
        update(Fund)
        .where(Fund.id == fund_id, Fund.taken_minor + total <= Fund.laid_minor)
        .values(taken_minor=Fund.taken_minor + total, step=Fund.step + 1)
        .returning(Fund.taken_minor, Fund.step)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise _not_enough(session, fund_id, total)
    start = row.taken_minor - total
    spans = []
    for amount in amounts_minor:
        spans.append(Span(start, start + amount))
        start += amount
    return Taken(fund_id, row.step, tuple(spans))


def settle_refunds(session: Session, community_id: int, *, by_id: int, now: datetime) -> int:
    """Settle every waiting refund for which all its funds have enough free at the head.

    Call it after whatever frees money, in the same unit of work. Gives how many were settled.
    """
    session.flush()
    waiting = _waiting_claims(session, community_id)
    if not waiting:
        return 0
    fund_ids = {claim.fund_id for claims in waiting.values() for claim in claims}
    lock_funds(session, fund_ids)
    free = _free(session, fund_ids)
    settled = 0
    for refund_id, claims in waiting.items():
        # For all its funds or for none.
        if all(_length(claim) <= free[claim.fund_id] for claim in claims):
            _settle(session, community_id, refund_id, claims, by_id=by_id, now=now)
            for claim in claims:
                free[claim.fund_id] -= _length(claim)
            settled += 1
    return settled


def lock_funds(session: Session, fund_ids: Iterable[int]) -> None:
    """Lock funds in id order, before the month and its accounts, by whoever touches several."""
    session.execute(
        select(Fund.id).where(Fund.id.in_(fund_ids)).order_by(Fund.id).with_for_update()
    )


def lock_all_funds(session: Session, community_id: int) -> None:
    """Lock every fund of a community: what is laid on one may settle refunds on all of them."""
    lock_funds(session, session.scalars(select(Fund.id).where(Fund.community_id == community_id)))


def _lengthen(session: Session, fund_id: int, amount_minor: int) -> tuple[Span, int]:
    row = session.execute(
        update(Fund)
        .where(Fund.id == fund_id)
        .values(laid_minor=Fund.laid_minor + amount_minor, step=Fund.step + 1)
        .returning(Fund.laid_minor, Fund.step)
        .execution_options(synchronize_session=False)
    ).one()
    return Span(row.laid_minor - amount_minor, row.laid_minor), row.step


def _not_enough(session: Session, fund_id: int, want_minor: int) -> NotEnoughFree:
    fund = session.execute(
        select(Fund.name, Fund.laid_minor - Fund.taken_minor).where(Fund.id == fund_id)
    ).one()
    return NotEnoughFree(fund=fund[0], free=Money(fund[1]), want=Money(want_minor))


def _waiting_claims(session: Session, community_id: int) -> dict[int, list[RefundClaim]]:
    """Claims of refunds not yet settled, oldest refund first.

    The books know how much waits, and what waits is nearly always the newest: so all are found
    without looking at every refund there ever was.
    """
    left_minor = _waiting_minor(session, community_id)
    if not left_minor:
        return {}
    newest_first: dict[int, list[RefundClaim]] = {}
    with session.scalars(
        select(RefundClaim)
        .join(Fund, Fund.id == RefundClaim.fund_id)
        .outerjoin(RefundSettlement, RefundSettlement.refund_id == RefundClaim.refund_id)
        .where(Fund.community_id == community_id, RefundSettlement.refund_id.is_(None))
        .order_by(RefundClaim.refund_id.desc(), RefundClaim.fund_id),
        execution_options={"yield_per": 50},
    ) as rows:
        for claim in rows:
            newest_first.setdefault(claim.refund_id, []).append(claim)
            left_minor -= _length(claim)
            if not left_minor:
                break
    return dict(reversed(newest_first.items()))


def _waiting_minor(session: Session, community_id: int) -> int:
    """What refunds have been paid and no fund has given back yet, by the books."""
    balance = session.scalars(
        select(Account.balance_minor).where(
            Account.community_id == community_id, Account.code == AccountRef.refunds().code
        )
    ).one_or_none()
    return balance or 0


def _free(session: Session, fund_ids: Iterable[int]) -> dict[int, int]:
    """What each fund has at its head that is not taken, in minor units."""
    rows = session.execute(
        select(Fund.id, Fund.laid_minor - Fund.taken_minor).where(Fund.id.in_(fund_ids))
    )
    return dict(rows.all())


def _length(claim: RefundClaim) -> int:
    return claim.end_minor - claim.start_minor


def _settle(
    session: Session,
    community_id: int,
    refund_id: int,
    claims: Sequence[RefundClaim],
    *,
    by_id: int,
    now: datetime,
) -> None:
    """Give one refund back on all its lines, each of which has enough free."""
    for claim in claims:
        _give_back(session, claim)
    amounts = {claim.fund_id: _length(claim) for claim in claims}
    posted = post(
        session,
        refund_settled(f"R{refund_id}", funds=amounts),
        community_id=community_id,
        by_id=by_id,
        now=now,
    )
    session.add(RefundSettlement(refund_id=refund_id, voucher_id=posted.voucher_id, settled_at=now))
    note(
        session,
        "refund_settled",
        community_id=community_id,
        now=now,
        refund=refund_id,
        voucher=posted.voucher_id,
    )


def _give_back(session: Session, claim: RefundClaim) -> None:
    """Take the refunded money's length from the head and exchange it with where the money is."""
    taken = take(session, claim.fund_id, [_length(claim)])
    original = Piece(Span(claim.start_minor, claim.end_minor), claim.step, 0)
    present = follow([original], moves_after(session, claim.fund_id))
    session.add(
        Taking(
            fund_id=claim.fund_id,
            start_minor=taken.spans[0].start,
            end_minor=taken.spans[0].end,
            step=taken.step,
            refund_id=claim.refund_id,
        )
    )
    moves = exchanged(merged(piece.span for piece in present), taken.spans[0], taken.step)
    _add_moves(session, claim.fund_id, moves)


def _add_moves(session: Session, fund_id: int, moves: Sequence[Move]) -> None:
    if moves:
        session.execute(
            insert(LineMove),
            [
                {
                    "fund_id": fund_id,
                    "step": move.step,
                    "start_minor": move.start,
                    "length_minor": move.length,
                    "to_start_minor": move.to_start,
                }
                for move in moves
            ],
        )
