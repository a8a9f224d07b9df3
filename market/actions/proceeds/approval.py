"""A batch of allocations approved by a second person: all of it in one unit of work, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, Date, bindparam, case, insert, select, update
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_reviewer
from market.actions.ledger.audit import note
from market.actions.ledger.line import take
from market.actions.ledger.posting import local_day, post
from market.actions.proceeds.proposals import decide, proposal_of, require_fit, tranches_in
from market.actions.proceeds.steps import record_step
from market.actions.proceeds.tranches import fund_tranches, lock_plans, require_stranger_to
from market.domain.ledger.line import Span
from market.domain.ledger.posting_table import allocation as allocation_entry
from market.domain.people import two_people
from market.domain.proceeds.wish import WishState
from market.models.base import UtcDateTime
from market.models.ledger import Fund, Taking
from market.models.proceeds import Allocation, Proposal, ProposalItem, Wish
from market.queries.proceeds.visibility import may_be_lit_condition

_AFTER = Wish.funded_minor + bindparam("amount", type_=BigInteger)
_FUND_WISHES = (
    update(Wish)
    .where(
        Wish.id == bindparam("wish_id"),
        Wish.community_id == bindparam("of_community"),
        Wish.state == str(WishState.OPEN),
        Wish.cost_minor >= _AFTER,
        may_be_lit_condition(bindparam("today", type_=Date)),
    )
    .values(
        funded_minor=_AFTER,
        state=case((Wish.cost_minor == _AFTER, str(WishState.LIT)), else_=Wish.state),
        changed_at=bindparam("now", type_=UtcDateTime),
    )
)
"""The guard of a wish, whatever was looked at before: open, ours to handle, never more than it costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveProposal:
    """The second person's yes to the whole batch."""

    community_id: int
    proposal_id: int


@dataclass(frozen=True, slots=True)
class Approved:
    """What an approval did: `lit` are the wishes that now have all they need."""

    voucher_id: int
    amount_minor: int
    lit: tuple[int, ...]


def approve_proposal(
    session: Session, command: ApproveProposal, *, by_id: int, now: datetime
) -> Approved:
    """Take the money from the fund's head and promise it, item by item.

    Raises NoSuchProposal, NoLongerApprover, SamePerson, ProposalDecided, and as `carry_out` and
    `require_stranger_to`.
    """
    proposal = proposal_of(session, command.community_id, command.proposal_id)
    require_reviewer(session, command.community_id, proposal.fund_id, by_id, now=now)
    two_people(proposal.proposed_by_id, by_id)
    tranches = tranches_in(_items(session, proposal))
    require_stranger_to(session, tranches, by_id)
    # An interest declared since it was proposed counts as well.
    require_stranger_to(session, tranches, proposal.proposed_by_id)
    decide(session, proposal, approved=True, by_id=by_id, now=now)
    return carry_out(session, proposal, by_id=by_id, now=now)


def carry_out(session: Session, proposal: Proposal, *, by_id: int, now: datetime) -> Approved:
    """Take the money for a batch that `by_id` has approved, and promise it, item by item.

    Locks the wishes, the plans, the fund, the month, the accounts, in this order. Raises
    NotEnoughFree, and as `require_fit`.
    """
    items = _items(session, proposal)
    fund = session.scalars(select(Fund).where(Fund.id == proposal.fund_id)).one()
    tranches = tranches_in(items)
    if tranches:
        lock_plans(session, tranches)
    lit = _fund_wishes(session, fund, items, local_day(session, fund.community_id, now), now)
    fund_tranches(session, tranches)
    amounts = [item.amount_minor for item in items]
    taken = take(session, fund.id, amounts)
    posted = post(
        session,
        allocation_entry(f"P{proposal.id}", funds={fund.id: sum(amounts)}),
        community_id=fund.community_id,
        by_id=proposal.proposed_by_id,
        second_id=by_id,
        now=now,
    )
    ids = _write_allocations(session, proposal, items, posted.voucher_id, now)
    _write_takings(session, fund.id, ids, taken.spans, taken.step)
    for wish in lit:
        record_step(session, wish, WishState.LIT, by_id=by_id, now=now)
    note(
        session,
        "allocated",
        community_id=fund.community_id,
        now=now,
        proposal=proposal.id,
        fund=fund.id,
        voucher=posted.voucher_id,
        first=min(ids),
        items=len(ids),
        amount=sum(amounts),
        by=by_id,
    )
    return Approved(posted.voucher_id, sum(amounts), tuple(wish.id for wish in lit))


def _items(session: Session, proposal: Proposal) -> Sequence[ProposalItem]:
    return session.scalars(
        select(ProposalItem)
        .where(ProposalItem.proposal_id == proposal.id)
        .order_by(ProposalItem.ordinal)
    ).all()


def _fund_wishes(
    session: Session, fund: Fund, items: Sequence[ProposalItem], today: date, now: datetime
) -> list[Wish]:
    """Add each amount to its wish by one guarded statement; gives the wishes that are lit by it.

    Locked first and looked at in a statement of its own, a wish is seen as it is now.
    """
    amounts = {item.wish_id: item.amount_minor for item in items if item.wish_id is not None}
    if amounts:
        session.execute(
            select(Wish.id).where(Wish.id.in_(sorted(amounts))).order_by(Wish.id).with_for_update()
        )
    require_fit(session, fund, items, today)
    if not amounts:
        return []
    funded = session.connection().execute(
        _FUND_WISHES,
        [
            {
                "wish_id": wish_id,
                "amount": amount,
                "of_community": fund.community_id,
                "today": today,
                "now": now,
            }
            for wish_id, amount in amounts.items()
        ],
    )
    if funded.rowcount != len(amounts):
        message = "a locked wish changed between two statements"
        raise RuntimeError(message)
    return list(
        session.scalars(
            select(Wish)
            .where(Wish.id.in_(sorted(amounts)), Wish.state == str(WishState.LIT))
            .order_by(Wish.id)
            .execution_options(populate_existing=True)
        )
    )


def _write_allocations(
    session: Session,
    proposal: Proposal,
    items: Sequence[ProposalItem],
    voucher_id: int,
    now: datetime,
) -> list[int]:
    """One allocation for each item, in their order; gives their ids."""
    return list(
        session.scalars(
            insert(Allocation).returning(Allocation.id, sort_by_parameter_order=True),
            [
                {
                    "fund_id": proposal.fund_id,
                    "item_id": item.id,
                    "wish_id": item.wish_id,
                    "market_day_id": item.market_day_id,
                    "tranche_id": item.tranche_id,
                    "amount_minor": item.amount_minor,
                    "spent_minor": 0,
                    "returned_minor": 0,
                    "voucher_id": voucher_id,
                    "allocated_at": now,
                }
                for item in items
            ],
        )
    )


def _write_takings(
    session: Session, fund_id: int, allocation_ids: Sequence[int], spans: Sequence[Span], step: int
) -> None:
    session.execute(
        insert(Taking),
        [
            {
                "fund_id": fund_id,
                "start_minor": span.start,
                "end_minor": span.end,
                "step": step,
                "allocation_id": allocation_id,
            }
            for allocation_id, span in zip(allocation_ids, spans, strict=True)
        ],
    )
