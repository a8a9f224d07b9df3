"""What the public may read of a community's books: its money's acts, in the audit chain's order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.ledger.account import AccountRef
from market.domain.ledger.entry import EntryKind
from market.domain.public.books import PublicVoucher, public_account
from market.domain.public.chain import (
    KEY_AT,
    DayHead,
    Fact,
    Link,
    PublicAct,
    day_heads,
    linked,
    sealed_head,
)
from market.models.ledger import Account, AuditEvent, Fund, Posting, Voucher
from market.models.people import Community
from market.models.sales import LegalBasis, MarketDay

_AT_ONCE = 2_000
_KINDS = ("voucher", "closure", "refund", "month_locked")


@dataclass(frozen=True, slots=True)
class OpenCommunity:
    """A community whose books anybody may read."""

    id: int
    slug: str
    name: str
    currency: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class PublicBooks:
    """Vouchers in the chain's order; `balances` are what the accounts themselves keep."""

    vouchers: tuple[PublicVoucher, ...]
    balances: Mapping[str, int]
    links: tuple[Link, ...]
    heads: tuple[DayHead, ...]


def open_communities(session: Session) -> list[OpenCommunity]:
    """Those that held a market in public; mutual aid (basis C) stays among those who take part."""
    in_public = (
        select(MarketDay.community_id)
        .join(LegalBasis, LegalBasis.market_day_id == MarketDay.id)
        .where(LegalBasis.kind != "C")
    )
    rows = session.execute(
        select(
            Community.id, Community.slug, Community.name, Community.currency, Community.time_zone
        )
        .where(Community.id.in_(in_public))
        .order_by(Community.id)
    )
    return [OpenCommunity(*row) for row in rows]


def public_books(session: Session, here: OpenCommunity) -> PublicBooks:
    """All of it. Two walks, along the audit chain and along the postings."""
    names, kept = _accounts(session, here.id)
    vouchers = _vouchers(session, here.id, names)
    zone = ZoneInfo(here.time_zone)
    acts: list[PublicAct] = []
    ordered: list[PublicVoucher] = []
    key, reached = b"", ""
    heads: dict[str, bytes] = {}
    for number, at, kind, subject, hash_ in _events(session, here.id):
        day = _day(at, zone)
        reached = max(reached, day)
        heads[reached] = hash_
        key = hash_ if number == KEY_AT else key
        if kind not in _KINDS:
            continue
        if kind == "voucher":
            ordered.append(vouchers[int(subject["voucher"])])
            acts.append(PublicAct(day, kind, _voucher_facts(ordered[-1])))
        else:
            acts.append(PublicAct(day, kind, _facts(kind, subject)))
    links = linked(acts)
    seals = {day: sealed_head(key, head) for day, head in heads.items()} if key else {}
    used = {name for one in ordered for name, _ in one.postings}
    balances = {name: minor for name, minor in kept.items() if minor or name in used}
    return PublicBooks(tuple(ordered), balances, tuple(links), tuple(day_heads(links, seals)))


def _accounts(session: Session, community_id: int) -> tuple[dict[int, str], dict[str, int]]:
    """The outside name of each account, and what all that share a name hold."""
    rows = session.execute(
        select(Account.id, Account.code, Account.balance_minor, Fund.code)
        .outerjoin(Fund, Fund.id == Account.fund_id)
        .where(Account.community_id == community_id)
    )
    names: dict[int, str] = {}
    kept: dict[str, int] = {}
    for id_, code, balance_minor, fund_code in rows:
        name = names[id_] = public_account(AccountRef.parse(code), fund_code or "")
        kept[name] = kept.get(name, 0) + balance_minor
    return names, kept


def _vouchers(
    session: Session, community_id: int, names: Mapping[int, str]
) -> dict[int, PublicVoucher]:
    rows = session.execute(
        select(
            Voucher.id,
            Voucher.month,
            Voucher.number,
            Voucher.kind,
            Voucher.booked_on,
            Voucher.reverses_id,
        ).where(Voucher.community_id == community_id)
    ).all()
    called = {row.id: f"{row.month}-{row.number:03d}" for row in rows}
    postings: dict[int, list[tuple[str, int]]] = {}
    of_vouchers = (
        select(Posting.voucher_id, Posting.account_id, Posting.amount_minor)
        .join(Voucher, Voucher.id == Posting.voucher_id)
        .where(Voucher.community_id == community_id)
        .order_by(Posting.id)
    )
    for voucher_id, account_id, minor in session.execute(of_vouchers):
        postings.setdefault(voucher_id, []).append((names[account_id], minor))
    return {
        row.id: PublicVoucher(
            name=called[row.id],
            kind=EntryKind(row.kind),
            booked_on=row.booked_on,
            reverses=called.get(row.reverses_id, ""),
            postings=tuple(postings[row.id]),
        )
        for row in rows
    }


def _events(
    session: Session, community_id: int
) -> Iterator[tuple[int, datetime, str, Mapping[str, int | str], bytes]]:
    question = (
        select(
            AuditEvent.number, AuditEvent.at, AuditEvent.kind, AuditEvent.subject, AuditEvent.hash
        )
        .where(AuditEvent.community_id == community_id)
        .order_by(AuditEvent.number)
    )
    with session.execute(question, execution_options={"yield_per": _AT_ONCE}) as rows:
        for row in rows:
            yield row[0], row[1], row[2], row[3], row[4]


def _voucher_facts(one: PublicVoucher) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "voucher": one.name,
        "what": str(one.kind),
        "booked_on": one.booked_on.isoformat(),
        "postings": tuple(one.postings),
    }
    return facts | ({"reverses": one.reverses} if one.reverses else {})


def _facts(kind: str, subject: Mapping[str, int | str]) -> dict[str, Fact]:
    """Of what an event was about only sums, hashes and months: no id, so nobody's."""
    told = {
        "closure": ("number", "sales", "net", "box", "merkle"),
        "refund": ("amount",),
        "month_locked": ("month",),
    }[kind]
    return {name: subject[name] for name in told if name in subject}


def _day(at: datetime, zone: ZoneInfo) -> str:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone).date().isoformat()
