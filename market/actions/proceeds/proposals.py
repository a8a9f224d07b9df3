"""Allocations are proposed by one person; a proposal reserves nothing and may be declined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Date, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.line import NotEnoughFree
from market.actions.ledger.posting import local_day
from market.actions.proceeds.tranches import require_releasable, require_stranger_to
from market.domain.errors import N_, Invalid, Missing, Refused
from market.domain.money import Money, check_minor
from market.domain.proceeds.purpose import FundPurpose
from market.domain.proceeds.ranking import AllocationRule
from market.domain.proceeds.wish import WishState
from market.domain.text import clean_text
from market.models.ledger import Fund
from market.models.proceeds import Proposal, ProposalDecision, ProposalItem, Wish
from market.models.sales import MarketDay
from market.queries.proceeds.allocations import NoSuchProposal
from market.queries.proceeds.funds import NoSuchFund
from market.queries.proceeds.visibility import may_be_lit_condition

MOST_ITEMS = 60
MOST_NOTE = 200
_WAITING = (
    select(
        Wish.id,
        Wish.code,
        Wish.state,
        (Wish.cost_minor - Wish.funded_minor).label("missing"),
        may_be_lit_condition(bindparam("today", type_=Date)).label("may_be_lit"),
    )
    .where(
        Wish.id.in_(bindparam("ids", expanding=True)),
        Wish.community_id == bindparam("of_community"),
    )
    .order_by(Wish.id)
)


class WaitingWish(NamedTuple):
    """A wish that may be lit, and what it lacks."""

    id: int
    code: str
    missing_minor: int


class NothingProposed(Invalid):
    """A proposal of nothing."""

    sentence = N_("还没有选任何一项，请至少勾选一项并填写金额。")


class TooManyItems(Invalid):
    """More than a second person can look at on one page."""

    sentence = N_("一次最多安排 %(most)s 项，多的请分几次，方便同事复核。")


class WrongPurpose(Refused):
    """A fund's money goes only to its purpose."""

    sentence = N_("“%(fund)s”里的钱只能用于%(purpose)s。请换一个专款，或换一个用途。")


class NoSuchUse(Missing):
    """A wish or a market day of somebody else, or of nobody."""

    sentence = N_("选中的心愿或市集里，有一项不属于本社区或已不存在。请返回重新选择。")


class WishNotWaiting(Refused):
    """A wish that is lit, changed or ended since."""

    sentence = N_("心愿 %(code)s 现在是“%(state)s”，不能再给它安排款项。请去掉它再提交。")


class WishMayNotBeLit(Refused):
    """A wish that we may not handle today, or that nobody has read as it stands."""

    sentence = N_(
        "心愿 %(code)s 现在不能安排款项：同意到期或被撤回、要重新复读，或者有人认领了。请去掉它再提交。"
    )


class WishNeedsLess(Refused):
    """More than a wish still misses."""

    sentence = N_("心愿 %(code)s 只差 %(missing)s，安排不了 %(amount)s。请改金额，或去掉它再提交。")


class ProposalDecided(Refused):
    """Somebody was quicker."""

    sentence = N_("这份安排已经有人处理过了，请刷新页面看结果。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedItem:
    """So much for one wish, for one market day's costs, or for one tranche of a plan."""

    amount_minor: int
    wish_id: int | None = None
    market_day_id: int | None = None
    tranche_id: int | None = None

    @property
    def uses(self) -> tuple[int | None, int | None, int | None]:
        return self.wish_id, self.market_day_id, self.tranche_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeAllocations:
    """A batch for a second person to look at, and the rule it was drawn up by."""

    community_id: int
    fund_id: int
    rule: AllocationRule
    items: tuple[ProposedItem, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineProposal:
    """A no, with its reason."""

    community_id: int
    proposal_id: int
    reason: str


def propose_allocations(
    session: Session, command: ProposeAllocations, *, by_id: int, now: datetime
) -> Proposal:
    """Write a batch down for a second person. Refuses what could not be approved now.

    Raises NoSuchFund, NothingProposed, TooManyItems, NotEnoughFree, and as `require_fit` and
    `require_stranger_to`.
    """
    fund = session.scalar(
        select(Fund).where(Fund.id == command.fund_id, Fund.community_id == command.community_id)
    )
    if fund is None:
        raise NoSuchFund
    _check_shape(command.items)
    total = sum(item.amount_minor for item in command.items)
    if total > fund.laid_minor - fund.taken_minor:
        free = Money(fund.laid_minor - fund.taken_minor)
        raise NotEnoughFree(fund=fund.name, free=free, want=Money(total))
    require_fit(session, fund, command.items, local_day(session, command.community_id, now))
    require_stranger_to(session, tranches_in(command.items), by_id)
    proposal = Proposal(
        community_id=command.community_id,
        fund_id=fund.id,
        rule=str(command.rule),
        note=clean_text(command.note, most=MOST_NOTE, least=0),
        proposed_by_id=by_id,
        proposed_at=now,
    )
    session.add(proposal)
    session.flush()
    session.execute(
        insert(ProposalItem),
        [
            {
                "proposal_id": proposal.id,
                "ordinal": ordinal,
                "wish_id": item.wish_id,
                "market_day_id": item.market_day_id,
                "tranche_id": item.tranche_id,
                "amount_minor": item.amount_minor,
            }
            for ordinal, item in enumerate(command.items, start=1)
        ],
    )
    note(
        session,
        "allocation_proposed",
        community_id=command.community_id,
        now=now,
        proposal=proposal.id,
        fund=fund.id,
        items=len(command.items),
        amount=total,
        by=by_id,
    )
    return proposal


def decline_proposal(
    session: Session, command: DeclineProposal, *, by_id: int, now: datetime
) -> ProposalDecision:
    """Say no, with a reason; the proposer may too, which takes the proposal back.

    Raises NoSuchProposal, ProposalDecided, and what `clean_text` raises.
    """
    proposal = proposal_of(session, command.community_id, command.proposal_id)
    reason = clean_text(command.reason, most=MOST_NOTE)
    return decide(session, proposal, approved=False, reason=reason, by_id=by_id, now=now)


def proposal_of(session: Session, community_id: int, proposal_id: int) -> Proposal:
    """The proposal, if it is this community's. Raises NoSuchProposal."""
    proposal = session.scalar(
        select(Proposal).where(Proposal.id == proposal_id, Proposal.community_id == community_id)
    )
    if proposal is None:
        raise NoSuchProposal
    return proposal


def decide(
    session: Session,
    proposal: Proposal,
    *,
    approved: bool,
    reason: str = "",
    by_id: int,
    now: datetime,
) -> ProposalDecision:
    """The second person's word, once: whoever comes second waits for the first, then is refused.

    A posted row cannot be locked, so the decision itself is what two people collide on.
    Raises ProposalDecided.
    """
    add = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    decided: ProposalDecision | None = session.scalar(
        add(ProposalDecision)
        .values(
            proposal_id=proposal.id,
            approved=approved,
            reason=reason,
            decided_by_id=by_id,
            decided_at=now,
        )
        .on_conflict_do_nothing()
        .returning(ProposalDecision)
    )
    if decided is None:
        raise ProposalDecided
    note(
        session,
        "allocation_decided",
        community_id=proposal.community_id,
        now=now,
        proposal=proposal.id,
        approved=int(approved),
        by=by_id,
    )
    return decided


def require_fit(
    session: Session, fund: Fund, items: Iterable[ProposedItem | ProposalItem], today: date
) -> None:
    """Require that each item fits the fund's purpose, and that each wish waits for that much.

    Raises WrongPurpose, NoSuchUse, WishNotWaiting, WishMayNotBeLit, WishNeedsLess, about the first,
    and as `require_releasable`.
    """
    items = list(items)
    wishes = {item.wish_id: item.amount_minor for item in items if item.wish_id is not None}
    days = {item.market_day_id for item in items if item.market_day_id is not None}
    tranches = tranches_in(items)
    _require_purpose(fund, wishes=bool(wishes), costs=bool(days), support=bool(tranches))
    _require_days(session, fund.community_id, days)
    require_waiting(session, fund.community_id, wishes, today)
    require_releasable(session, fund.community_id, tranches)


def tranches_in(items: Iterable[ProposedItem | ProposalItem]) -> dict[int, int]:
    """Tranche id → minor units, of those items that are for a tranche."""
    return {item.tranche_id: item.amount_minor for item in items if item.tranche_id is not None}


def _check_shape(items: tuple[ProposedItem, ...]) -> None:
    if not items:
        raise NothingProposed
    if len(items) > MOST_ITEMS:
        raise TooManyItems(most=MOST_ITEMS)
    for item in items:
        check_minor(item.amount_minor, least_minor=1)
        if sum(use is not None for use in item.uses) != 1:
            raise NoSuchUse
    if len({item.uses for item in items}) < len(items):
        raise NoSuchUse


def _require_purpose(fund: Fund, *, wishes: bool, costs: bool, support: bool) -> None:
    fits = {
        FundPurpose.WISHES: not (costs or support),
        FundPurpose.RUNNING_COSTS: not (wishes or support),
        FundPurpose.ENTERPRISE: not (wishes or costs),
    }
    if not fits[FundPurpose(fund.purpose)]:
        raise WrongPurpose(fund=fund.name, purpose=FundPurpose(fund.purpose).label)


def _require_days(session: Session, community_id: int, days: set[int]) -> None:
    if not days:
        return
    known = session.scalars(
        select(MarketDay.id).where(
            MarketDay.id.in_(sorted(days)), MarketDay.community_id == community_id
        )
    )
    if set(known) != days:
        raise NoSuchUse


def require_waiting(
    session: Session, community_id: int, amounts: Mapping[int, int], today: date
) -> Sequence[WaitingWish]:
    """The wishes, by id, to each of which its amount in minor units may be given today.

    Raises NoSuchUse, WishNotWaiting, WishMayNotBeLit, WishNeedsLess.
    """
    if not amounts:
        return ()
    rows = session.execute(
        _WAITING, {"ids": sorted(amounts), "of_community": community_id, "today": today}
    ).all()
    if len(rows) < len(amounts):
        raise NoSuchUse
    for row in rows:
        amount = amounts[row.id]
        if row.state != WishState.OPEN:
            raise WishNotWaiting(code=row.code, state=WishState(row.state).label)
        if not row.may_be_lit:
            raise WishMayNotBeLit(code=row.code)
        if amount > row.missing:
            raise WishNeedsLess(code=row.code, missing=Money(row.missing), amount=Money(amount))
    return [WaitingWish(row.id, row.code, row.missing) for row in rows]
