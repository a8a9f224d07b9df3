"""Holders, parties and declared interests, at the desk."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.posting import post as post_entry
from market.domain.ledger.posting_table import cash_advanced
from market.extensions import unit_of_work
from market.models.ledger import Holder, Party
from market.models.people import DeclaredInterest
from tests.factories import NOW, make_holder, make_party
from tests.people import post, sign_in
from tests.preparing import Place, make_place, questions_asked


@pytest.fixture
def place(app: Flask) -> Place:
    with app.app_context(), unit_of_work() as work:
        return make_place(work)


@pytest.fixture
def desk(place: Place) -> str:
    return f"/desk/{place.community.slug}"


@pytest.fixture
def qingning(client: FlaskClient, place: Place) -> FlaskClient:
    """A treasurer's browser."""
    sign_in(client, place.cast.treasurer)
    return client


def test_holders_are_listed_with_what_they_keep(
    app: Flask, qingning: FlaskClient, desk: str, place: Place
) -> None:
    with app.app_context(), unit_of_work() as work:
        lent = cash_advanced(
            "", party_id=place.weaver.id, safe_holder_id=place.custodian.id, amount_minor=321_50
        )
        post_entry(work, lent, community_id=place.community.id, by_id=place.by_id, now=NOW)
    text = qingning.get(f"{desk}/holders").text
    assert text.count("¥321.50") == 2
    assert "代收，要移交" in text
    assert "¥321.50" in qingning.get(f"{desk}/parties").text


def test_an_auditor_reads_and_changes_nothing(client: FlaskClient, desk: str, place: Place) -> None:
    sign_in(client, place.cast.auditor)
    for page in ("holders", "parties", f"parties/{place.weaver.id}"):
        text = client.get(f"{desk}/{page}").text.split("<main")[1]
        assert "/new" not in text
        assert 'method="post"' not in text


def test_a_holder_is_named_and_renamed(qingning: FlaskClient, desk: str, session: Session) -> None:
    typed = {"kind": "person", "name": " 宝妈甲的收款码 "}
    assert post(qingning, f"{desk}/holders/new", typed).status_code == 303
    holder = session.scalars(select(Holder).where(Holder.name == "宝妈甲的收款码")).one()
    assert holder.on_behalf
    page = f"{desk}/holders/{holder.id}"
    session.rollback()
    assert post(qingning, page, {"name": "宝妈乙的收款码"}).status_code == 303
    assert "宝妈乙的收款码" in qingning.get(page).text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": ""}, "请从列出的选项里选一个"),
        ({"kind": "mattress"}, "请从列出的选项里选一个"),
        ({"name": ""}, "还没有填写"),
        ({"name": "长" * 81}, "文字太长了"),
        ({"name": "社区专户"}, "已经有一个同样的“社区专户”"),
    ],
)
def test_a_holder_that_is_wrong_comes_back_with_all_that_was_typed(
    qingning: FlaskClient, desk: str, session: Session, said: dict[str, str], words: str
) -> None:
    typed = {"kind": "bank", "name": "新专户", **said}
    answer = post(qingning, f"{desk}/holders/new", typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{typed["name"]}"' in answer.text
    assert ("checked" in answer.text) == (typed["kind"] == "bank")
    assert len(session.scalars(select(Holder.id)).all()) == 5


def test_a_holder_with_money_stays_in_use(
    app: Flask, qingning: FlaskClient, desk: str, place: Place
) -> None:
    with app.app_context(), unit_of_work() as work:
        lent = cash_advanced(
            "", party_id=place.weaver.id, safe_holder_id=place.custodian.id, amount_minor=1
        )
        post_entry(work, lent, community_id=place.community.id, by_id=place.by_id, now=NOW)
    for kept in (f"holders/{place.custodian.id}", f"parties/{place.weaver.id}"):
        answer = post(qingning, f"{desk}/{kept}/closure")
        assert answer.status_code == 409
        assert "还有没结清的钱" in answer.text


def test_a_holder_is_closed_and_used_again(qingning: FlaskClient, desk: str, place: Place) -> None:
    for page in (f"holders/{place.bank.id}", f"parties/{place.weaver.id}"):
        assert post(qingning, f"{desk}/{page}/closure").status_code == 303
        assert "已停用" in qingning.get(f"{desk}/{page}").text
        assert post(qingning, f"{desk}/{page}/reopening").status_code == 303
        assert "使用中" in qingning.get(f"{desk}/{page}").text


def test_a_party_is_named_with_the_account_it_signs_in_with(
    qingning: FlaskClient, desk: str, place: Place, session: Session
) -> None:
    typed = {"kind": "person", "name": "宝妈甲", "person": place.cast.volunteer.id}
    answer = post(qingning, f"{desk}/parties/new", typed)
    assert answer.status_code == 303
    party = session.scalars(select(Party).where(Party.name == "宝妈甲")).one()
    assert party.person_id == place.cast.volunteer.id
    assert "宝妈甲" in qingning.get(answer.location).text
    session.rollback()
    assert post(qingning, f"{answer.location}/name", {"name": "小甲"}).status_code == 303
    assert post(qingning, f"{answer.location}/name", {"name": " "}).status_code == 422
    assert "小甲" in qingning.get(answer.location).text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": "friend"}, "请从列出的选项里选一个"),
        ({"name": ""}, "还没有填写"),
        ({"name": "木兰编织坊"}, "已经有一个同样的“木兰编织坊”"),
        ({"person": "987654"}, "请从列出的选项里选一个"),
        ({"person": "stranger"}, "请从列出的选项里选一个"),
    ],
)
def test_a_party_that_is_wrong_comes_back_with_all_that_was_typed(
    app: Flask,
    qingning: FlaskClient,
    desk: str,
    session: Session,
    said: dict[str, str],
    words: str,
) -> None:
    with app.app_context(), unit_of_work() as work:
        stranger = make_place(work).by_id
    typed = {"kind": "consignor", "name": "新来的", **said}
    if typed.get("person") == "stranger":
        typed["person"] = str(stranger)
    answer = post(qingning, f"{desk}/parties/new", typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{typed["name"]}"' in answer.text
    assert len(session.scalars(select(Party.id)).all()) == 2


def test_an_interest_is_declared_and_shown(
    qingning: FlaskClient, desk: str, place: Place, session: Session
) -> None:
    page = f"{desk}/parties/{place.weaver.id}"
    person = {"person": place.cast.reviewer.id}
    assert post(qingning, f"{page}/interests", person).status_code == 303
    text = qingning.get(page).text
    assert "傅小核" in text
    assert f'value="{place.cast.reviewer.id}"' not in text
    for nobody in ("", "987654", "x"):
        wrong = post(qingning, f"{page}/interests", {"person": nobody})
        assert wrong.status_code == 422
        assert "请从列出的选项里选一个" in wrong.text
    assert session.scalars(select(DeclaredInterest.person_id)).all() == [place.cast.reviewer.id]


def test_another_community_s_holders_and_parties_are_not_found(
    app: Flask, qingning: FlaskClient, desk: str
) -> None:
    with app.app_context(), unit_of_work() as work:
        other = make_place(work)
    holder, party = f"{desk}/holders/{other.bank.id}", f"{desk}/parties/{other.weaver.id}"
    for page in (holder, party, f"{party}/name"):
        assert qingning.get(page).status_code == 404
    person = {"person": other.by_id, "name": "x"}
    for page in (
        holder,
        f"{holder}/closure",
        f"{holder}/reopening",
        f"{party}/name",
        f"{party}/closure",
        f"{party}/reopening",
        f"{party}/interests",
    ):
        assert post(qingning, page, person).status_code == 404


@pytest.mark.parametrize("page", ["holders", "parties"])
def test_a_list_asks_as_much_for_many_as_for_few(
    app: Flask, qingning: FlaskClient, desk: str, place: Place, page: str
) -> None:
    def asked() -> int:
        with app.app_context(), questions_asked() as questions:
            assert qingning.get(f"{desk}/{page}").status_code == 200
        return len(questions)

    asked()
    few = asked()
    with app.app_context(), unit_of_work() as work:
        for _ in range(10):
            make_holder(work, place.community)
            make_party(work, place.community)
    assert asked() == few
