"""Where the money is now: every account of a community, by what holds it and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, literal_column, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.ledger.account import AccountKind, AccountRef
from market.models.ledger import Account, Fund, Holder, Party
from market.models.sales import MarketDay, Till

_PLACES = {
    AccountKind.CASH_TILL: "box",
    AccountKind.CASH_SAFE: "custodian",
    AccountKind.TENDER: "platform",
    AccountKind.BANK: "bank",
    AccountKind.OVER_SHORT: "box",
    AccountKind.COSTS_TO_SETTLE: "advanced",
    AccountKind.REFUNDS_TO_SETTLE: "advanced",
    AccountKind.PAYABLE: "owed",
    AccountKind.FUND_UNALLOCATED: "owed",
    AccountKind.FUND_COMMITTED: "owed",
}


class NoSuchAccount(Missing):
    """No account of this community has this id."""

    sentence = N_("没有找到这个账户，请回到“钱在哪里”重新选择。")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNow:
    """An account with its owner's name. `balance_minor` is debits minus credits."""

    id: int
    ref: AccountRef
    owner: str
    balance_minor: int

    @property
    def kind(self) -> AccountKind:
        return self.ref.kind

    @property
    def place(self) -> str:
        """What holds it, for its picture: box, custodian, platform, bank, advanced or owed."""
        return _PLACES[self.kind]

    @property
    def tender(self) -> str:
        """The tender of a platform's account, else ''."""
        return self.ref.key.partition(":")[2]


@dataclass(frozen=True, slots=True)
class MoneyNow:
    """All accounts with something in them, in two halves that come to the same.

    `held`: cash, platforms, banks, shorts, costs and refunds to settle. `owed`: what is owed to
    parties, promised or free in funds, and overs. Amounts are positive where they should be.
    """

    held: tuple[AccountNow, ...]
    owed: tuple[AccountNow, ...]

    @property
    def held_minor(self) -> int:
        return sum(account.balance_minor for account in self.held)

    @property
    def owed_minor(self) -> int:
        return -sum(account.balance_minor for account in self.owed)


_OWNED = (
    select(
        Account.id,
        Account.code,
        Holder.name.label("holder"),
        Party.name.label("party"),
        Fund.name.label("fund"),
        Till.name.label("till"),
        MarketDay.name.label("market_day"),
        Account.balance_minor,
    )
    .outerjoin(Holder, Holder.id == Account.holder_id)
    .outerjoin(Party, Party.id == Account.party_id)
    .outerjoin(Fund, Fund.id == Account.fund_id)
    .outerjoin(Till, Till.id == Account.till_id)
    .outerjoin(MarketDay, MarketDay.id == Till.market_day_id)
)
_ORDER = list(AccountKind)
_LIABILITIES = frozenset(
    {AccountKind.PAYABLE, AccountKind.FUND_UNALLOCATED, AccountKind.FUND_COMMITTED}
)


def accounts_of(session: Session, community_id: int) -> list[AccountNow]:
    """Every account of a community, in the order of the chart."""
    return _accounts(session, _OWNED.where(Account.community_id == community_id))


def account_now(session: Session, community_id: int, account_id: int) -> AccountNow:
    """One account; raises NoSuchAccount."""
    row = session.execute(
        _OWNED.where(Account.community_id == community_id, Account.id == account_id)
    ).one_or_none()
    if row is None:
        raise NoSuchAccount
    return _account(row)


def money_now(session: Session, community_id: int) -> MoneyNow:
    """Where the money is, and whose it is; an over stands with what is owed, a short with what is held."""
    # By the index on the few that are not empty, which wants its condition word for word.
    with_money = Account.balance_minor != literal_column("0")
    accounts = _accounts(session, _OWNED.where(Account.community_id == community_id, with_money))
    owed = [one for one in accounts if _is_owed(one)]
    held = [one for one in accounts if not _is_owed(one)]
    return MoneyNow(tuple(held), tuple(owed))


def _accounts(session: Session, question: Select[*tuple[Any, ...]]) -> list[AccountNow]:
    found = [_account(row) for row in session.execute(question)]
    return sorted(found, key=lambda account: (_ORDER.index(account.kind), account.id))


def _is_owed(account: AccountNow) -> bool:
    if account.kind is AccountKind.OVER_SHORT:
        return account.balance_minor < 0
    return account.kind in _LIABILITIES


def _account(row: Row[*tuple[Any, ...]]) -> AccountNow:
    box = f"{row.market_day} · {row.till}" if row.till else ""
    return AccountNow(
        id=row.id,
        ref=AccountRef.parse(row.code),
        owner=row.holder or row.party or row.fund or box,
        balance_minor=row.balance_minor,
    )
