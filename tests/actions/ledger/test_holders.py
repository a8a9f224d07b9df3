"""Who keeps money, whom the market may owe, and who declared an interest."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger import holders as acts
from market.actions.ledger.posting import post
from market.domain.errors import MarketError
from market.domain.ledger.holders import HolderKind, PartyKind
from market.domain.ledger.posting_table import cash_advanced
from market.domain.text import TextMissing, TextTooLong, TextUnreadable
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent, Holder, Party
from market.models.people import DeclaredInterest
from market.queries.ledger.holders import NoSuchHolder, NoSuchParty
from tests.factories import NOW
from tests.people import make_person
from tests.preparing import Place, make_place


@pytest.fixture
def place(session: Session) -> Place:
    return make_place(session)


def name_holder(
    session: Session, place: Place, name: str, kind: HolderKind = HolderKind.BANK
) -> Holder:
    command = acts.NameHolder(community_id=place.community.id, kind=kind, name=name)
    return acts.name_holder(session, command, by_id=place.by_id, now=NOW)


def name_party(
    session: Session,
    place: Place,
    name: str,
    kind: PartyKind = PartyKind.CONSIGNOR,
    person_id: int | None = None,
) -> Party:
    command = acts.NameParty(
        community_id=place.community.id, kind=kind, name=name, person_id=person_id
    )
    return acts.name_party(session, command, by_id=place.by_id, now=NOW)


@pytest.mark.parametrize("kind", HolderKind)
def test_only_a_person_takes_money_on_behalf(
    session: Session, place: Place, kind: HolderKind
) -> None:
    holder = name_holder(session, place, " 新来的 ", kind)
    assert (holder.name, holder.on_behalf) == ("新来的", kind is HolderKind.PERSON)


@pytest.mark.parametrize(
    ("name", "error"),
    [("", TextMissing), (" ", TextMissing), ("长" * 81, TextTooLong), ("坏\0字", TextUnreadable)],
)
def test_a_name_that_is_none_is_refused(
    session: Session, place: Place, name: str, error: type[MarketError]
) -> None:
    with pytest.raises(error):
        name_holder(session, place, name)
    with pytest.raises(error):
        name_party(session, place, name)


def test_a_name_stands_once_among_its_kind(app: Flask) -> None:
    with app.app_context():
        with unit_of_work() as work:
            place, other = make_place(work), make_place(work)
            name_holder(work, place, "新专户")
            name_holder(work, place, "新专户", HolderKind.PLATFORM)
            name_holder(work, other, "新专户")
            name_party(work, place, "新专户")
        for again in (name_holder, name_party):
            with pytest.raises(acts.NameTaken), unit_of_work() as work:
                again(work, place, "新专户")


def test_a_renamed_holder_may_not_take_another_s_name(app: Flask) -> None:
    with app.app_context():
        with unit_of_work() as work:
            place = make_place(work)
            holder = name_holder(work, place, "新专户")
            given = (place.community.id, holder.id)
            acts.rename_holder(work, *given, "老专户", by_id=place.by_id, now=NOW)
        with pytest.raises(acts.NameTaken), unit_of_work() as work:
            acts.rename_holder(work, *given, place.bank.name, by_id=place.by_id, now=NOW)
        with unit_of_work() as work:
            assert work.get_one(Holder, holder.id).name == "老专户"


def test_a_party_may_sign_in_as_somebody_of_this_community_only(
    session: Session, place: Place
) -> None:
    own = place.cast.volunteer
    stranger = make_person(session, make_place(session).community)
    assert name_party(session, place, "宝妈甲", PartyKind.PERSON, own.id).person_id == own.id
    for nobody in (stranger.id, 987_654):
        with pytest.raises(acts.NotInCommunity):
            name_party(session, place, "宝妈乙", PartyKind.PERSON, nobody)


def test_nothing_with_money_left_is_closed(session: Session, place: Place) -> None:
    lender = name_party(session, place, "宝妈甲", PartyKind.PERSON)
    lent = cash_advanced("", party_id=lender.id, safe_holder_id=place.custodian.id, amount_minor=1)
    post(session, lent, community_id=place.community.id, by_id=place.by_id, now=NOW)
    here = place.community.id
    with pytest.raises(acts.MoneyThere):
        acts.close_holder(session, here, place.custodian.id, by_id=place.by_id, now=NOW)
    with pytest.raises(acts.MoneyThere):
        acts.close_party(session, here, lender.id, by_id=place.by_id, now=NOW)


def test_what_was_closed_may_be_used_again(session: Session, place: Place) -> None:
    here = place.community.id
    for _ in range(2):
        acts.close_holder(session, here, place.bank.id, by_id=place.by_id, now=NOW)
        acts.close_party(session, here, place.weaver.id, by_id=place.by_id, now=NOW)
    assert place.bank.closed_at == place.weaver.closed_at == NOW
    acts.reopen_holder(session, here, place.bank.id, by_id=place.by_id, now=NOW)
    acts.reopen_party(session, here, place.weaver.id, by_id=place.by_id, now=NOW)
    assert (place.bank.closed_at, place.weaver.closed_at) == (None, None)


def test_an_interest_is_declared_once(app: Flask) -> None:
    with app.app_context():
        with unit_of_work() as work:
            place = make_place(work)
        for _ in range(2):
            with unit_of_work() as work:
                acts.declare_interest(
                    work,
                    place.community.id,
                    person_id=place.cast.reviewer.id,
                    party_id=place.weaver.id,
                    by_id=place.by_id,
                    now=NOW,
                )
        with unit_of_work() as work:
            rows = work.execute(select(DeclaredInterest.person_id, DeclaredInterest.party_id))
            assert [tuple(row) for row in rows] == [(place.cast.reviewer.id, place.weaver.id)]
            assert work.scalars(select(AuditEvent.kind)).all() == ["interest_declared"]


def test_nobody_elsewhere_declares_an_interest_here(session: Session, place: Place) -> None:
    other = make_place(session)
    for community, person_id, party_id, error in (
        (place.community, other.by_id, place.weaver.id, acts.NotInCommunity),
        (place.community, place.by_id, other.weaver.id, NoSuchParty),
        (place.community, place.by_id, 987_654, NoSuchParty),
    ):
        with pytest.raises(error):
            acts.declare_interest(
                session,
                community.id,
                person_id=person_id,
                party_id=party_id,
                by_id=place.by_id,
                now=NOW,
            )


def test_another_community_s_holders_and_parties_are_not_found(
    session: Session, place: Place
) -> None:
    here = make_place(session).community.id
    holder_acts: list[Callable[[], object]] = [
        lambda: acts.rename_holder(session, here, place.bank.id, "x", by_id=1, now=NOW),
        lambda: acts.close_holder(session, here, place.bank.id, by_id=1, now=NOW),
        lambda: acts.reopen_holder(session, here, place.bank.id, by_id=1, now=NOW),
    ]
    party_acts: list[Callable[[], object]] = [
        lambda: acts.rename_party(session, here, place.weaver.id, "x", by_id=1, now=NOW),
        lambda: acts.close_party(session, here, place.weaver.id, by_id=1, now=NOW),
        lambda: acts.reopen_party(session, here, place.weaver.id, by_id=1, now=NOW),
    ]
    for act in holder_acts:
        with pytest.raises(NoSuchHolder):
            act()
    for act in party_acts:
        with pytest.raises(NoSuchParty):
            act()
