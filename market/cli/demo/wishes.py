"""The demo's wishes: made up, one in every state, and the money that lights them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.proceeds.approval import ApproveProposal, approve_proposal
from market.actions.proceeds.company import (
    ConfirmCompanions,
    NameCompanions,
    confirm_companions,
    name_companions,
)
from market.actions.proceeds.consents import RecordConsents, record_consents
from market.actions.proceeds.proposals import (
    ProposeAllocations,
    ProposedItem,
    propose_allocations,
)
from market.actions.proceeds.purchasing import (
    DecidePurchase,
    ProposePurchase,
    decide_purchase,
    propose_purchase,
)
from market.actions.proceeds.reviews import ReviewWish, review_wish
from market.actions.proceeds.steps import (
    DeliverWish,
    EndWish,
    FollowUpWish,
    deliver_wish,
    end_wish,
    follow_up_wish,
)
from market.actions.proceeds.wishes import EnterWish, OpenWish, enter_wish, open_wish
from market.cli.demo.neighbourhood import Neighbourhood
from market.domain.ledger.account import AccountRef
from market.domain.proceeds.consent import ConsentTerms, Purpose
from market.domain.proceeds.purpose import FundPurpose
from market.domain.proceeds.ranking import AllocationRule, WaitingWish, suggest
from market.domain.proceeds.wish import Theme, WishKind
from market.domain.proceeds.wish_content import CostItem, WishContent
from market.models.ledger import Fund
from market.models.proceeds import Wish

_K, _T = WishKind, Theme
EARLIER: tuple[tuple[WishKind, Theme, str, str, tuple[tuple[str, int], ...]], ...] = (
    (
        _K.GOODS,
        _T.READING,
        "想要一套讲海洋的书",
        "A set of books about the sea",
        (("海洋绘本一套", 68_00),),
    ),
    (_K.GOODS, _T.SPORT, "想要一双合脚的跑鞋", "Running shoes that fit", (("跑鞋", 99_00),)),
    (
        _K.GOODS,
        _T.ART,
        "想要一盒水彩，画夏天",
        "Watercolours, to paint the summer",
        (("水彩颜料", 45_00), ("画纸", 15_00)),
    ),
    (
        _K.LEARNING,
        _T.MUSIC,
        "想学会吹一首口琴曲",
        "To learn one tune on the harmonica",
        (("口琴", 58_00),),
    ),
    (
        _K.GOODS,
        _T.SCHOOL,
        "想要一个不会漏水的书包",
        "A school bag that keeps the rain out",
        (("书包", 89_00),),
    ),
    (
        _K.EXPERIENCE,
        _T.SCIENCE,
        "想去看一次星星",
        "To go and see the stars",
        (("天文馆门票", 40_00), ("来回车费", 12_00)),
    ),
    (_K.GOODS, _T.DAILY, "想要一盏看书的台灯", "A lamp to read by", (("台灯", 79_00),)),
)
LATER: tuple[tuple[WishKind, Theme, str, str, tuple[tuple[str, int], ...]], ...] = (
    (
        _K.GOODS,
        _T.SPORT,
        "想要一副羽毛球拍，和同伴一起打",
        "A pair of badminton rackets to share",
        (("羽毛球拍", 88_00), ("羽毛球", 18_00)),
    ),
    (
        _K.EXPERIENCE,
        _T.OUTING,
        "想坐一次地铁，从头坐到尾",
        "To ride the metro from end to end",
        (("车票", 16_00), ("午饭", 30_00)),
    ),
    (
        _K.GOODS,
        _T.SCIENCE,
        "想要一个放大镜，看蚂蚁搬家",
        "A magnifying glass, to watch ants move house",
        (("放大镜", 35_00),),
    ),
    (
        _K.LEARNING,
        _T.ART,
        "想学剪纸，过年贴在窗上",
        "To learn paper-cutting for the New Year",
        (("剪纸材料", 28_00), ("剪刀", 12_00)),
    ),
    (
        _K.GOODS,
        _T.FESTIVAL,
        "想在生日吃一次有蜡烛的蛋糕",
        "A birthday cake with candles on it",
        (("蛋糕", 128_00),),
    ),
)
NOTICE = "2026-01"


@dataclass(frozen=True, slots=True)
class Wishes:
    """Ids of the wishes that were entered before the past market, and of those after it."""

    earlier: tuple[int, ...]
    later: tuple[int, ...]


def enter_demo_wishes(
    session: Session,
    place: Neighbourhood,
    rng: random.Random,
    rows: tuple[tuple[WishKind, Theme, str, str, tuple[tuple[str, int], ...]], ...],
    *,
    now: datetime,
) -> tuple[int, ...]:
    """Enter, consent, second reader, open: a day apart each."""
    ids = []
    for number, row in enumerate(rows):
        at = now + timedelta(hours=number)
        wish = _entered(session, place, rng, row, now=at)
        _consented(session, place, wish, now=at)
        _reviewed(session, place, wish, now=at + timedelta(days=1))
        wanted = OpenWish(community_id=place.community_id, wish_id=wish.id)
        open_wish(session, wanted, by_id=place.id_of("zhima"), now=at + timedelta(days=2))
        ids.append(wish.id)
    return tuple(ids)


def leave_some_unfinished(
    session: Session, place: Neighbourhood, rng: random.Random, *, now: datetime
) -> None:
    """A draft, one read but not open, one taken back, one that ran out, and one for company."""
    draft = (_K.GOODS, _T.DAILY, "想要一床暖和的被子", "", (("被子", 159_00),))
    _entered(session, place, rng, draft, now=now)
    read = (_K.GOODS, _T.READING, "想要一本会讲笑话的书", "", (("笑话书", 32_00),))
    reviewed = _entered(session, place, rng, read, now=now)
    _consented(session, place, reviewed, now=now)
    _reviewed(session, place, reviewed, now=now)
    for words, expired, note in (
        ("想去踢一场足球", False, "家里另有安排"),
        ("想看一场露天电影", True, "夏天过去了"),
    ):
        gone = (_K.EXPERIENCE, _T.OUTING, words, "", (("车费和门票", 45_00),))
        ended = _entered(session, place, rng, gone, now=now)
        end = EndWish(community_id=place.community_id, wish_id=ended.id, expired=expired, note=note)
        end_wish(session, end, by_id=place.id_of("zhima"), now=now)
    company = (
        _K.COMPANY,
        _T.TOGETHER,
        "想有人陪着下一盘五子棋",
        "Somebody to play gomoku with",
        (),
    )
    [wish_id] = enter_demo_wishes(session, place, rng, (company,), now=now)
    pair = {"first_id": place.id_of("maisui"), "second_id": place.id_of("nangua")}
    at = now + timedelta(days=3)
    name_companions(
        session,
        NameCompanions(community_id=place.community_id, wish_id=wish_id, **pair),
        by_id=place.id_of("zhima"),
        now=at,
    )
    confirm_companions(
        session,
        ConfirmCompanions(community_id=place.community_id, wish_id=wish_id, **pair),
        by_id=place.id_of("doubao"),
        now=at,
    )


def light_what_can_be_lit(session: Session, place: Neighbourhood, *, now: datetime) -> list[int]:
    """Oldest first, as far as the fund goes; proposed by one, approved by another."""
    fund_id = place.funds[FundPurpose.WISHES]
    free = session.scalar(select(Fund.laid_minor - Fund.taken_minor).where(Fund.id == fund_id))
    waiting = session.execute(
        select(Wish.id, Wish.opened_at, Wish.cost_minor - Wish.funded_minor).where(
            Wish.community_id == place.community_id,
            Wish.state == "open",
            Wish.kind != str(WishKind.COMPANY),
        )
    )
    rows = [WaitingWish(row[0], row[1], row[2]) for row in waiting if row[1] is not None]
    chosen = suggest(AllocationRule.OLDEST_FIRST, free or 0, rows)
    proposal = propose_allocations(
        session,
        ProposeAllocations(
            community_id=place.community_id,
            fund_id=fund_id,
            rule=AllocationRule.OLDEST_FIRST,
            items=tuple(
                ProposedItem(amount_minor=one.amount_minor, wish_id=one.wish_id) for one in chosen
            ),
        ),
        by_id=place.id_of("zhima"),
        now=now,
    )
    approved = approve_proposal(
        session,
        ApproveProposal(community_id=place.community_id, proposal_id=proposal.id),
        by_id=place.id_of("doubao"),
        now=now + timedelta(hours=3),
    )
    return list(approved.lit)


def carry_on(session: Session, place: Neighbourhood, lit: list[int], *, first_at: datetime) -> None:
    """Of the lit ones all but the last are bought, most delivered, the first two followed up."""
    for number, wish_id in enumerate(lit[:-1]):
        at = first_at + timedelta(days=number)
        _buy(session, place, wish_id, saved_minor=(number % 3) * 2_50, now=at)
        if wish_id == lit[-2]:
            break
        deliver_wish(
            session,
            DeliverWish(
                community_id=place.community_id, wish_id=wish_id, evidence=f"签收单-{wish_id}"
            ),
            by_id=place.id_of("zhima"),
            now=at + timedelta(days=2),
        )
        if number < 2:  # noqa: PLR2004 - the first two
            follow_up_wish(
                session,
                FollowUpWish(
                    community_id=place.community_id, wish_id=wish_id, evidence=f"回访单-{wish_id}"
                ),
                by_id=place.id_of("zhima"),
                now=at + timedelta(days=9),
            )


def _entered(
    session: Session,
    place: Neighbourhood,
    rng: random.Random,
    row: tuple[WishKind, Theme, str, str, tuple[tuple[str, int], ...]],
    *,
    now: datetime,
) -> Wish:
    kind, theme, words, words_en, costs = row
    content = WishContent(
        kind=kind,
        theme=theme,
        text=words,
        text_en=words_en,
        costs=tuple(CostItem(name, amount) for name, amount in costs),
    )
    return enter_wish(
        session,
        EnterWish(community_id=place.community_id, content=content),
        by_id=place.id_of("zhima"),
        now=now,
        random_bytes=rng.randbytes,
    )


def _consented(session: Session, place: Neighbourhood, wish: Wish, *, now: datetime) -> None:
    given_on: date = now.date()
    record_consents(
        session,
        RecordConsents(
            community_id=place.community_id,
            reference=wish.consent_ref,
            terms=ConsentTerms(
                purposes=frozenset({Purpose.PROCESS, Purpose.PUBLISH_TEXT, Purpose.PUBLISH_THANKS}),
                notice_version=NOTICE,
                child_agreed=True,
                given_on=given_on,
                expires_on=given_on + timedelta(days=365),
            ),
        ),
        by_id=place.id_of("zhima"),
        now=now,
    )


def _reviewed(session: Session, place: Neighbourhood, wish: Wish, *, now: datetime) -> None:
    review_wish(
        session,
        ReviewWish(
            community_id=place.community_id,
            wish_id=wish.id,
            content_hash=wish.content_hash,
            neighbours_could_guess=False,
            school_could_guess=False,
            child_would_be_hurt=False,
        ),
        by_id=place.id_of("doubao"),
        now=now,
    )


def _buy(
    session: Session, place: Neighbourhood, wish_id: int, *, saved_minor: int, now: datetime
) -> None:
    funded = session.scalar(select(Wish.funded_minor).where(Wish.id == wish_id)) or 0
    bought = propose_purchase(
        session,
        ProposePurchase(
            community_id=place.community_id,
            wish_id=wish_id,
            amount_minor=funded - saved_minor,
            paid_from=AccountRef.bank(place.bank_id),
            evidence=f"购物小票-{wish_id}",
            note="采购",
        ),
        by_id=place.id_of("zhima"),
        now=now,
    )
    decide_purchase(
        session,
        DecidePurchase(community_id=place.community_id, move_id=bought.id, approved=True),
        by_id=place.id_of("doubao"),
        now=now + timedelta(hours=1),
    )
