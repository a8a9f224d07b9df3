"""Properties of the audit chain: it verifies, and what it vouches for is what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.errors import MarketError
from market.domain.ledger.audit import Event, verify
from market.domain.ledger.seal import VoucherFacts, voucher_hash
from market.models.ledger import AuditEvent, AuditHead, Posting, Voucher
from market.queries.ledger.check.verdict import Tick, Verdict, verdict

_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Vouched:
    """What the chain says of rows elsewhere: hashes (hexadecimal) by id."""

    vouchers: dict[int, str] = field(default_factory=dict)
    closures: dict[int, tuple[str, str]] = field(default_factory=dict)
    """The Merkle root and the hash of what was frozen beside it."""
    refunds: dict[int, str] = field(default_factory=dict)
    voids: dict[str, str] = field(default_factory=dict)
    """By the sale's id."""


def chain_verifies(session: Session, community_id: int, vouched: Vouched, tick: Tick) -> Verdict:
    """Each event's hash covers the one before, and the newest is the head.

    What the events say of other rows is put down in `vouched` on the way.
    """
    kept = session.execute(
        select(AuditHead.number, AuditHead.hash).where(AuditHead.community_id == community_id)
    ).one_or_none()
    head = kept.hash if kept is not None else b""
    found = verify(_events(session, community_id, vouched, tick), head=head)
    wrong = [] if found.bad_number is None else [f"audit_event {found.bad_number}"]
    if kept is None or kept.number != found.events:
        wrong.append(f"audit_head {community_id}")
    return verdict(
        "chain_verifies", "the audit chain verifies up to its head", wrong, ("events", found.events)
    )


def vouchers_are_sealed(
    session: Session, community_id: int, vouched: Vouched, tick: Tick
) -> Verdict:
    """Each voucher with its postings has the hash its event says, and none is missing."""
    wrong: list[str] = []
    seen = 0
    for facts in _vouchers(session, community_id):
        seen += 1
        tick(1)
        if vouched.vouchers.get(facts.id) != voucher_hash(facts):
            wrong.append(f"voucher {facts.id}")
    if seen != len(vouched.vouchers):
        kept = set(session.scalars(select(Voucher.id).where(Voucher.community_id == community_id)))
        wrong += [f"voucher {number}" for number in sorted(set(vouched.vouchers) - kept)]
    return verdict(
        "vouchers_sealed",
        "each voucher and its postings have the hash the chain vouches for",
        wrong,
        ("vouchers", seen),
    )


def _events(
    session: Session, community_id: int, vouched: Vouched, tick: Tick
) -> Iterator[tuple[Event, bytes]]:
    """The community's events in order, up to the first that is no event at all."""
    question = (
        select(
            AuditEvent.number, AuditEvent.at, AuditEvent.kind, AuditEvent.subject, AuditEvent.hash
        )
        .where(AuditEvent.community_id == community_id)
        .order_by(AuditEvent.number)
    )
    with session.execute(question, execution_options={"yield_per": _AT_ONCE}) as rows:
        for number, at, kind, subject, kept in rows:
            tick(1)
            # Kept to the millisecond, which is what the hash covers.
            if not _is_whole_ms(at):
                return
            try:
                event = Event(community_id, number, at, kind, subject)
                _remember(vouched, event)
            except (MarketError, LookupError, TypeError, AttributeError):
                return
            yield event, kept


def _remember(vouched: Vouched, event: Event) -> None:
    subject = event.subject
    match event.kind:
        case "voucher":
            vouched.vouchers[int(subject["voucher"])] = str(subject["hash"])
        case "closure":
            hashes = str(subject["merkle"]), str(subject["frozen"])
            vouched.closures[int(subject["closure"])] = hashes
        case "refund":
            vouched.refunds[int(subject["refund"])] = str(subject["hash"])
        case "sale_voided":
            vouched.voids[str(subject["sale"])] = str(subject["hash"])


def _vouchers(session: Session, community_id: int) -> Iterator[VoucherFacts]:
    question = (
        select(Voucher, Posting.account_id, Posting.amount_minor)
        .join(Posting, Posting.voucher_id == Voucher.id)
        .where(Voucher.community_id == community_id)
        .order_by(Voucher.id)
    )
    options = {"yield_per": _AT_ONCE, "populate_existing": True}
    with session.execute(question, execution_options=options) as rows:
        for voucher, lines in groupby(rows, key=lambda row: row[0]):
            yield VoucherFacts(
                id=voucher.id,
                community_id=voucher.community_id,
                month=voucher.month,
                number=voucher.number,
                kind=voucher.kind,
                booked_on=voucher.booked_on,
                at=voucher.at,
                memo=voucher.memo,
                by_id=voucher.by_id,
                second_id=voucher.second_id,
                reverses_id=voucher.reverses_id,
                postings=[(line[1], line[2]) for line in lines],
            )


def _is_whole_ms(at: datetime) -> bool:
    return at.microsecond % 1000 == 0
