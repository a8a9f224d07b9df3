"""A stage for tests of wishes and funds: people, a fund with money, wishes led there by the actions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.line import lay_box_income
from market.actions.ledger.posting import post
from market.actions.proceeds.approval import Approved, ApproveProposal, approve_proposal
from market.actions.proceeds.consents import RecordConsents, record_consents
from market.actions.proceeds.proposals import (
    ProposeAllocations,
    ProposedItem,
    propose_allocations,
)
from market.actions.proceeds.reviews import ReviewWish, review_wish
from market.actions.proceeds.wishes import EnterWish, OpenWish, enter_wish, open_wish
from market.domain.ledger.account import AccountRef
from market.domain.ledger.entry import Entry, EntryKind, Posting
from market.domain.proceeds.consent import LONGEST_DAYS, ConsentTerms, Purpose
from market.domain.proceeds.ranking import AllocationRule
from market.domain.proceeds.wish import Theme, WishKind
from market.domain.proceeds.wish_content import CostItem, WishContent
from market.models.ledger import Account, Fund, Holder, MoneyMove
from market.models.people import Community
from market.models.proceeds import Allocation, Proposal, Wish
from tests.factories import NOW, make_community, make_fund, make_holder
from tests.people import Cast, make_cast

TODAY = date(2026, 11, 21)
GIVEN = min(TODAY, datetime.now(UTC).date())
"""So that a consent stands both at the hour of these stories and at the hour they are read at."""
CONSENT_ENDS = GIVEN + timedelta(days=LONGEST_DAYS)
RAN_OUT = NOW + (CONSENT_ENDS - TODAY)
"""A moment on the first day without it."""
BOTH = frozenset({Purpose.PROCESS, Purpose.PUBLISH_TEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A community with its cast, one fund for wishes, and the custodian of its cash."""

    community: Community
    cast: Cast
    fund: Fund
    safe: Holder

    @property
    def by(self) -> int:
        return self.cast.social_worker.id

    @property
    def second(self) -> int:
        return self.cast.reviewer.id


def make_stage(session: Session, *, laid_minor: int = 0) -> Stage:
    here = make_community(session)
    stage = Stage(
        community=here,
        cast=make_cast(session, here),
        fund=make_fund(session, here),
        safe=make_holder(session, here),
    )
    if laid_minor:
        lay_money(session, stage, laid_minor)
    return stage


def lay_money(session: Session, stage: Stage, amount_minor: int, fund: Fund | None = None) -> None:
    """Box income on a fund's line, with the voucher that goes with it."""
    fund = fund or stage.fund
    move = MoneyMove(
        community_id=stage.community.id,
        kind="over_cleared",
        amount_minor=amount_minor,
        note="盒子里多出来的",
        proposed_by_id=stage.by,
        proposed_at=NOW,
    )
    session.add(move)
    session.flush()
    lay_box_income(session, move.id, {fund.id: amount_minor})
    post(
        session,
        Entry(
            EntryKind.OVER_LEFT,
            "",
            (
                Posting(AccountRef.cash_safe(stage.safe.id), amount_minor),
                Posting(AccountRef.unallocated(fund.id), -amount_minor),
            ),
        ),
        community_id=stage.community.id,
        by_id=stage.by,
        now=NOW,
    )
    session.refresh(fund)


def content(cost_minor: int = 86_00, **overrides: Any) -> WishContent:
    costs = (CostItem("一套画笔", cost_minor),) if cost_minor else ()
    kind = WishKind.GOODS if cost_minor else WishKind.COMPANY
    given = {"kind": kind, "theme": Theme.ART, "text": "想要一套画笔", "costs": costs}
    return WishContent(**{**given, **overrides})


def enter(session: Session, stage: Stage, cost_minor: int = 86_00, **overrides: Any) -> Wish:
    """A draft by the social worker."""
    return enter_wish(
        session,
        EnterWish(community_id=stage.community.id, content=content(cost_minor, **overrides)),
        by_id=stage.by,
        now=NOW,
        random_bytes=secrets.token_bytes,
    )


def consent(
    session: Session, stage: Stage, wish: Wish, purposes: frozenset[Purpose] = BOTH
) -> None:
    """A guardian's ticks, for as long as can be."""
    record_consents(
        session,
        RecordConsents(
            community_id=stage.community.id,
            reference=wish.consent_ref,
            terms=terms(purposes),
        ),
        by_id=stage.by,
        now=NOW,
    )


def terms(purposes: frozenset[Purpose] = BOTH, **overrides: Any) -> ConsentTerms:
    given = {
        "purposes": purposes,
        "notice_version": "2026-1",
        "child_agreed": True,
        "given_on": GIVEN,
        "expires_on": CONSENT_ENDS,
    }
    return ConsentTerms(**{**given, **overrides})


def review(session: Session, stage: Stage, wish: Wish, **overrides: Any) -> None:
    """The reviewer's three noes about the wish as it stands."""
    given = {
        "community_id": stage.community.id,
        "wish_id": wish.id,
        "content_hash": wish.content_hash,
        "neighbours_could_guess": False,
        "school_could_guess": False,
        "child_would_be_hurt": False,
    }
    review_wish(session, ReviewWish(**{**given, **overrides}), by_id=stage.second, now=NOW)


def open_now(session: Session, stage: Stage, wish: Wish) -> Wish:
    command = OpenWish(community_id=stage.community.id, wish_id=wish.id)
    return open_wish(session, command, by_id=stage.by, now=NOW)


def make_open_wish(
    session: Session, stage: Stage, cost_minor: int = 86_00, **overrides: Any
) -> Wish:
    """A wish that waits on the wall."""
    wish = enter(session, stage, cost_minor, **overrides)
    consent(session, stage, wish)
    review(session, stage, wish)
    return open_now(session, stage, wish)


def propose(
    session: Session, stage: Stage, *amounts: tuple[Wish, int], fund: Fund | None = None
) -> Proposal:
    """The social worker's batch, by hand."""
    return propose_allocations(
        session,
        ProposeAllocations(
            community_id=stage.community.id,
            fund_id=(fund or stage.fund).id,
            rule=AllocationRule.BY_HAND,
            items=tuple(
                ProposedItem(wish_id=wish.id, amount_minor=amount) for wish, amount in amounts
            ),
        ),
        by_id=stage.by,
        now=NOW,
    )


def approve(session: Session, stage: Stage, proposal: Proposal) -> Approved:
    command = ApproveProposal(community_id=stage.community.id, proposal_id=proposal.id)
    return approve_proposal(session, command, by_id=stage.second, now=NOW)


def allocate(
    session: Session, stage: Stage, *amounts: tuple[Wish, int], fund: Fund | None = None
) -> Approved:
    """Proposed by the social worker, approved by the reviewer."""
    return approve(session, stage, propose(session, stage, *amounts, fund=fund))


def allocations_of(session: Session, wish: Wish) -> list[Allocation]:
    return list(
        session.scalars(
            select(Allocation)
            .where(Allocation.wish_id == wish.id)
            .order_by(Allocation.id)
            .execution_options(populate_existing=True)
        )
    )


def balance(session: Session, stage: Stage, account: AccountRef) -> int:
    """Debits minus credits; 0 for an account nobody has named."""
    found = session.scalar(
        select(func.sum(Account.balance_minor)).where(
            Account.community_id == stage.community.id, Account.code == account.code
        )
    )
    return int(found or 0)
