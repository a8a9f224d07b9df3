"""Preparing a market day: when and where, on what legal basis, how its proceeds are split; opening it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.posting import local_day
from market.domain.errors import N_, Invalid, Refused
from market.domain.sales.sale import Tender
from market.domain.text import clean_text
from market.models.ledger import Fund, Holder
from market.models.sales import (
    LegalBasis,
    Listing,
    MarketDay,
    MarketOpening,
    PaymentCode,
    PolicyShare,
    Stall,
)
from market.queries.sales.tills import NoSuchMarketDay

MOST_NAME = 80
MOST_PLACE = 120
MOST_WORDS = 2000
MOST_WEIGHT = 10_000


class BasisKind(StrEnum):
    """How a market is lawful: with a charity, by pledge, or as mutual aid."""

    CHARITY = "A"
    PLEDGE = "B"
    MUTUAL_AID = "C"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _BASIS_LABELS[self]


_BASIS_LABELS = {
    BasisKind.CHARITY: N_("与慈善组织合作"),
    BasisKind.PLEDGE: N_("承诺义卖，按约移交"),
    BasisKind.MUTUAL_AID: N_("社区内互助"),
}


class EndsBeforeItStarts(Invalid):
    """A market that is over before it begins."""

    sentence = N_("结束时间要晚于开始时间，请检查。")


class AlreadyOpened(Refused):
    """What is frozen at the opening stays as it is."""

    sentence = N_("市集已经开市，活动依据和款项分配不能再改。")


class BasisIncomplete(Invalid):
    """A legal basis that lacks what it rests on."""

    sentence = N_("活动依据还缺：%(missing)s。")


class WrongHolder(Invalid):
    """The takings cannot belong to this holder under this basis."""

    sentence = N_("款项归属请从列表里选一个合适的账户。")


class NoShares(Invalid):
    """A split between no funds."""

    sentence = N_("请至少给一个专款填上大于 0 的比例。")


class WeightOutOfRange(Invalid):
    """A weight that is not a sensible whole number."""

    sentence = N_("比例请填 1 到 %(most)s 的整数，例如 70 和 30。")


class NoSuchFund(Invalid):
    """A fund of another community, or none."""

    sentence = N_("没有找到这个专款，请刷新页面后重新填写。")


class NotReadyToOpen(Refused):
    """Something that real selling needs is missing."""

    sentence = N_("还不能开市，请先补上：%(missing)s。")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMarket:
    """A market day in its own words. Times are on the community's clock."""

    community_id: int
    name: str
    held_on: date
    starts_at: time
    ends_at: time
    place: str
    bring: str = ""
    give: str = ""
    help: str = ""
    hosts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBasis:
    """Whose money the takings are, and why that is lawful.

    `payment_codes` says who holds what comes in by each electronic tender; the holder of the
    basis where nothing is said.
    """

    community_id: int
    market_day_id: int
    kind: BasisKind
    holder_id: int
    certificate: str = ""
    agreement: str = ""
    filing_number: str = ""
    filing_due_on: date | None = None
    handover_due_on: date | None = None
    payment_codes: Mapping[Tender, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPolicy:
    """Weights of funds, in the order of the split."""

    community_id: int
    market_day_id: int
    shares: Sequence[tuple[int, int]]


def plan_market(session: Session, command: PlanMarket, *, by_id: int, now: datetime) -> MarketDay:
    """Write a market day down. Raises EndsBeforeItStarts, and what `clean_text` raises."""
    day = MarketDay(
        community_id=command.community_id,
        slug=_free_slug(session, command.held_on),
        created_by_id=by_id,
        created_at=now,
        **_own_words(command),
    )
    session.add(day)
    session.flush()
    _note(session, "market_day_planned", day, by_id=by_id, now=now)
    return day


def change_market(
    session: Session, market_day_id: int, command: PlanMarket, *, by_id: int, now: datetime
) -> MarketDay:
    """Change what a market day says of itself; its address stays. Raises as `plan_market`."""
    day = market_day_of(session, command.community_id, market_day_id)
    for name, value in _own_words(command).items():
        setattr(day, name, value)
    _note(session, "market_day_changed", day, by_id=by_id, now=now)
    return day


def set_basis(session: Session, command: SetBasis, *, by_id: int, now: datetime) -> None:
    """Say on what basis the market is held, until it opens.

    A charity may still be without its filing number: then it shows as due. Raises
    NoSuchMarketDay, AlreadyOpened, WrongHolder, BasisIncomplete.
    """
    day = market_day_of(session, command.community_id, command.market_day_id)
    _require_not_opened(session, day)
    _require_holders(session, command)
    _require_complete(command)
    session.merge(
        LegalBasis(
            market_day_id=day.id,
            kind=str(command.kind),
            holder_id=command.holder_id,
            certificate=clean_text(command.certificate, most=80, least=0),
            agreement=clean_text(command.agreement, most=120, least=0),
            filing_number=clean_text(command.filing_number, most=80, least=0),
            filing_due_on=command.filing_due_on,
            handover_due_on=command.handover_due_on,
        )
    )
    session.execute(delete(PaymentCode).where(PaymentCode.market_day_id == day.id))
    if command.payment_codes:
        session.execute(
            insert(PaymentCode),
            [
                {"market_day_id": day.id, "tender": str(tender), "holder_id": holder_id}
                for tender, holder_id in sorted(command.payment_codes.items())
            ],
        )
    _note(session, "legal_basis_set", day, by_id=by_id, now=now)


def set_policy(session: Session, command: SetPolicy, *, by_id: int, now: datetime) -> None:
    """Say how net proceeds are split, until the market opens.

    Raises NoSuchMarketDay, AlreadyOpened, NoShares, WeightOutOfRange, NoSuchFund.
    """
    day = market_day_of(session, command.community_id, command.market_day_id)
    _require_not_opened(session, day)
    shares = [(fund_id, weight) for fund_id, weight in command.shares if weight]
    if not shares:
        raise NoShares
    if any(not 0 < weight <= MOST_WEIGHT for _, weight in shares):
        raise WeightOutOfRange(most=MOST_WEIGHT)
    known = session.scalar(
        select(func.count())
        .select_from(Fund)
        .where(Fund.community_id == command.community_id, Fund.id.in_([fund for fund, _ in shares]))
    )
    if known != len({fund for fund, _ in shares}) or known != len(shares):
        raise NoSuchFund
    session.execute(delete(PolicyShare).where(PolicyShare.market_day_id == day.id))
    session.execute(
        insert(PolicyShare),
        [
            {"market_day_id": day.id, "ordinal": ordinal, "fund_id": fund_id, "weight": weight}
            for ordinal, (fund_id, weight) in enumerate(shares)
        ],
    )
    _note(session, "policy_set", day, by_id=by_id, now=now)


def open_market(
    session: Session, community_id: int, market_day_id: int, *, by_id: int, now: datetime
) -> MarketOpening:
    """From here on the market sells for real, and basis and split are frozen.

    Raises NoSuchMarketDay, AlreadyOpened, NotReadyToOpen.
    """
    day = market_day_of(session, community_id, market_day_id)
    session.execute(select(MarketDay.id).where(MarketDay.id == day.id).with_for_update())
    _require_not_opened(session, day)
    missing = missing_to_open(session, day, today=local_day(session, community_id, now))
    if missing:
        raise NotReadyToOpen(missing=tuple(missing))
    opening = MarketOpening(market_day_id=day.id, opened_by_id=by_id, opened_at=now)
    session.add(opening)
    _note(session, "market_day_opened", day, by_id=by_id, now=now)
    return opening


def missing_to_open(session: Session, day: MarketDay, *, today: date) -> list[str]:
    """What real selling still needs, in words; empty when the market may open."""
    basis = session.get(LegalBasis, day.id)
    shares = session.scalar(
        select(func.count()).select_from(PolicyShare).where(PolicyShare.market_day_id == day.id)
    )
    listings = session.scalar(
        select(func.count())
        .select_from(Listing)
        .join(Stall, Stall.id == Listing.stall_id)
        .where(Stall.market_day_id == day.id, Listing.retired_at.is_(None))
    )
    missing = []
    if basis is None:
        missing.append(N_("活动依据"))
    elif basis.kind == BasisKind.CHARITY and not basis.filing_number and today >= day.held_on:
        missing.append(N_("备案编号"))
    if not shares:
        missing.append(N_("款项分配"))
    if not listings:
        missing.append(N_("摊位和商品"))
    return missing


def market_day_of(session: Session, community_id: int, market_day_id: int) -> MarketDay:
    """A community's market day; raises NoSuchMarketDay."""
    day = session.get(MarketDay, market_day_id)
    if day is None or day.community_id != community_id:
        raise NoSuchMarketDay
    return day


def _own_words(command: PlanMarket) -> dict[str, object]:
    if command.ends_at <= command.starts_at:
        raise EndsBeforeItStarts(field="ends_at")
    return {
        "name": clean_text(command.name, most=MOST_NAME),
        "held_on": command.held_on,
        "starts_at": command.starts_at,
        "ends_at": command.ends_at,
        "place": clean_text(command.place, most=MOST_PLACE),
        "bring": _words(command.bring),
        "give": _words(command.give),
        "help": _words(command.help),
        "hosts": _words(command.hosts),
    }


def _words(text: str) -> str:
    return clean_text(text, most=MOST_WORDS, least=0, lines=True)


def _free_slug(session: Session, held_on: date) -> str:
    """'2026-11-21', and with a number behind it where that is taken."""
    base = held_on.isoformat()
    taken = set(session.scalars(select(MarketDay.slug).where(MarketDay.slug.startswith(base))))
    number = 1
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _require_not_opened(session: Session, day: MarketDay) -> None:
    if session.get(MarketOpening, day.id) is not None:
        raise AlreadyOpened


def _require_holders(session: Session, command: SetBasis) -> None:
    wanted = {command.holder_id, *command.payment_codes.values()}
    known = session.scalars(
        select(Holder.id).where(
            Holder.community_id == command.community_id,
            Holder.id.in_(wanted),
            Holder.closed_at.is_(None),
            Holder.kind != "custodian",
        )
    ).all()
    if set(known) != wanted:
        raise WrongHolder(field="holder")


def _require_complete(command: SetBasis) -> None:
    missing = []
    if command.kind is BasisKind.CHARITY:
        if not command.certificate.strip():
            missing.append(N_("慈善组织登记证号"))
        if not command.filing_number.strip() and command.filing_due_on is None:
            missing.append(N_("备案编号，或预计拿到的日期"))
    if command.kind is not BasisKind.MUTUAL_AID and not command.agreement.strip():
        missing.append(N_("协议"))
    if command.kind is BasisKind.PLEDGE and command.handover_due_on is None:
        missing.append(N_("移交日期"))
    if missing:
        raise BasisIncomplete(missing=tuple(missing))


def _note(session: Session, kind: str, day: MarketDay, *, by_id: int, now: datetime) -> None:
    note(session, kind, community_id=day.community_id, now=now, market_day=day.id, by=by_id)
