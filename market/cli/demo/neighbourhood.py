"""The demo's neighbourhood: who lives there, who keeps its money, and what its funds are for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from market.actions.ledger.holders import NameHolder, NameParty, name_holder, name_party
from market.actions.ledger.move_kinds import ProposeMove
from market.actions.ledger.moves import DecideMove, decide_move, propose_move
from market.actions.people.communities import (
    AddPerson,
    FoundCommunity,
    add_person,
    found_community,
)
from market.actions.people.passwords import hash_password
from market.actions.proceeds.funds import CreateFund, create_fund
from market.domain.ledger.account import AccountRef
from market.domain.ledger.holders import HolderKind, PartyKind
from market.domain.ledger.moves import MoveKind
from market.domain.people import Role
from market.domain.proceeds.purpose import FundPurpose

SLUG = "lantern-street"
PASSWORD = "deng-long-jie-kai-shi"  # noqa: S105 - printed by the command, for made-up people only

CAST = (
    ("yunduo", "云朵", (Role.ADMINISTRATOR, Role.SOCIAL_WORKER)),
    ("zhima", "芝麻", (Role.SOCIAL_WORKER,)),
    ("qingning", "青柠", (Role.TREASURER,)),
    ("doubao", "豆包", (Role.REVIEWER,)),
    ("maisui", "麦穗", (Role.VOLUNTEER,)),
    ("nangua", "南瓜", (Role.VOLUNTEER,)),
    ("shiliu", "石榴", (Role.AUDITOR,)),
)
"""Plainly made-up people: a username, a name and roles each."""

CASH_ADVANCED_MINOR = 600_00


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Ids of everything the demo's story needs; people by username, funds by purpose."""

    community_id: int
    people: dict[str, int]
    custodian_id: int
    bank_id: int
    wechat_id: int
    alipay_id: int
    weaver_id: int
    lender_id: int
    funds: dict[FundPurpose, int]

    def id_of(self, username: str) -> int:
        return self.people[username]


def found_neighbourhood(session: Session, *, now: datetime) -> Neighbourhood:
    """Found the community, put its people in, and lend the first cash for change."""
    community = found_community(
        session,
        FoundCommunity(slug=SLUG, name="灯笼街社区（演示）", contact="灯笼街 1 号社工站"),
        now=now,
    )
    kept = hash_password(PASSWORD)
    people = {
        username: add_person(
            session,
            AddPerson(username=username, name=name, roles=roles, password_hash=kept),
            community_id=community.id,
            now=now,
        ).id
        for username, name, roles in CAST
    }
    treasurer = people["qingning"]

    def holder(kind: HolderKind, name: str) -> int:
        wanted = NameHolder(community_id=community.id, kind=kind, name=name)
        return name_holder(session, wanted, by_id=treasurer, now=now).id

    def party(kind: PartyKind, name: str, person: str | None = None) -> int:
        wanted = NameParty(
            community_id=community.id,
            kind=kind,
            name=name,
            person_id=people[person] if person else None,
        )
        return name_party(session, wanted, by_id=treasurer, now=now).id

    def fund(purpose: FundPurpose, name: str, name_en: str) -> int:
        wanted = CreateFund(community_id=community.id, purpose=purpose, name=name, name_en=name_en)
        return create_fund(session, wanted, by_id=people["yunduo"], now=now).id

    place = Neighbourhood(
        community_id=community.id,
        people=people,
        custodian_id=holder(HolderKind.CUSTODIAN, "社工站保险柜"),
        bank_id=holder(HolderKind.BANK, "灯笼街社区专户"),
        wechat_id=holder(HolderKind.PLATFORM, "社区微信收款码"),
        alipay_id=holder(HolderKind.PLATFORM, "社区支付宝收款码"),
        weaver_id=party(PartyKind.CONSIGNOR, "木兰编织坊"),
        lender_id=party(PartyKind.PERSON, "南瓜", "nangua"),
        funds={
            FundPurpose.WISHES: fund(FundPurpose.WISHES, "微心愿专款", "Children's wishes"),
            FundPurpose.ENTERPRISE: fund(
                FundPurpose.ENTERPRISE, "助残创业专款", "Enterprise support"
            ),
            FundPurpose.RUNNING_COSTS: fund(
                FundPurpose.RUNNING_COSTS, "市集成本专款", "Market costs"
            ),
        },
    )
    move(
        session,
        place,
        ProposeMove(
            community_id=community.id,
            kind=MoveKind.CASH_ADVANCED,
            amount_minor=CASH_ADVANCED_MINOR,
            note="找零备用金",
            party_id=place.lender_id,
            target=AccountRef.cash_safe(place.custodian_id),
        ),
        now=now,
    )
    return place


def move(session: Session, place: Neighbourhood, wanted: ProposeMove, *, now: datetime) -> int:
    """Money moved as it should be: the treasurer proposes, the reviewer lets it go."""
    proposed = propose_move(session, wanted, by_id=place.id_of("qingning"), now=now)
    decide_move(
        session,
        DecideMove(community_id=place.community_id, move_id=proposed.id, approved=True),
        by_id=place.id_of("doubao"),
        now=now,
    )
    return proposed.id
