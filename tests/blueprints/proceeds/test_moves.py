"""Money moves and months by plain forms: what is asked, kept on refusal, and said to the second."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.moves import propose_move
from market.domain.ledger.moves import MoveKind
from market.extensions import unit_of_work
from market.models.ledger import MoneyMove, MoneyMoveDecision, MonthLock, Voucher
from market.models.people import Community
from tests import factories
from tests.market_day import LATER, Day, balance, close, count, open_day
from tests.moves import bank, move, proposing, safe, sign
from tests.people import post, sign_in
from tests.refunds import recorded_sale


@pytest.fixture
def day(app: Flask) -> Day:
    """A closed till: ¥203 counted where ¥200 were expected, a scarf sold of which ¥48 are owed."""
    with app.app_context():
        day = open_day()
        with unit_of_work() as work:
            recorded_sale(work, day, day.scarf)
        with unit_of_work() as work:
            count(work, day, counted_minor=263_00)
        with unit_of_work() as work:
            close(work, day, reason="查过两遍")
        return day


@pytest.fixture
def treasurer(client: FlaskClient, day: Day) -> FlaskClient:
    sign_in(client, day.cast.treasurer)
    return client


@pytest.fixture
def reviewer(app: Flask, day: Day) -> FlaskClient:
    desk = app.test_client()
    sign_in(desk, day.cast.reviewer)
    return desk


def _new(day: Day, kind: str) -> str:
    return f"/desk/{day.community.slug}/moves/new/{kind}"


def _deposit(day: Day, amount: str = "１２０．５０") -> dict[str, str]:
    return {
        "source": safe(day).code,
        "target": bank(day).code,
        "amount": amount,
        "note": "十一月的现金",
        "evidence": "回单 0031",
    }


def test_a_deposit_goes_from_one_desk_to_the_other_and_into_the_books(
    treasurer: FlaskClient, reviewer: FlaskClient, day: Day, session: Session
) -> None:
    proposed = post(treasurer, _new(day, "deposit"), _deposit(day))
    assert proposed.status_code == 303
    assert balance(session, day, bank(day).code) == 0
    page = treasurer.get(proposed.location).text
    assert "¥120.50" in page
    assert proposed.location in page
    assert "1 笔资金调拨等您复核" in reviewer.get(f"/desk/{day.community.slug}").text
    decided = post(reviewer, f"{proposed.location}/decision", {"answer": "yes"})
    assert decided.status_code == 303
    session.rollback()
    assert balance(session, day, bank(day).code) == 120_50
    assert "资金调拨等您复核" not in reviewer.get(f"/desk/{day.community.slug}").text


def test_a_refused_form_keeps_what_was_typed(treasurer: FlaskClient, day: Day) -> None:
    answer = post(treasurer, _new(day, "deposit"), _deposit(day, "999"))
    assert answer.status_code == 409
    for kept in ("999", "十一月的现金", "回单 0031", "错误："):
        assert kept in answer.text
    assert "不够付 ¥999" in answer.text


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("amount", "", "还没有填写金额"),
        ("amount", "0", "金额至少是"),
        ("amount", "-5", "金额不能是负数"),
        ("amount", "1e3", "没看懂这个金额"),
        ("amount", "99999999999999999", "金额太大了"),
        ("amount", "1.234", "金额最多写到分"),
        ("note", "  ", "这里还没有填写"),
        ("note", "长" * 201, "文字太长了"),
        ("source", "cash_safe:999", "请从列出的选项里选一个"),
        ("source", "DROP TABLE", "请从列出的选项里选一个"),
        ("target", "", "请从列出的选项里选一个"),
    ],
)
def test_bad_input_is_said_at_its_field(
    treasurer: FlaskClient, day: Day, session: Session, field: str, typed: str, sentence: str
) -> None:
    answer = post(treasurer, _new(day, "deposit"), _deposit(day) | {field: typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(select(func.count(MoneyMove.id))) == 0


@pytest.mark.parametrize("kind", [str(kind) for kind in MoveKind])
def test_every_kind_has_a_page_or_none_at_all(treasurer: FlaskClient, day: Day, kind: str) -> None:
    elsewhere = {"spending", "return", "reversal", "money_found", "money_missing"}
    assert treasurer.get(_new(day, kind)).status_code == (404 if kind in elsewhere else 200)
    assert treasurer.get(_new(day, "theft")).status_code == 404


def test_only_who_is_owed_can_be_paid(treasurer: FlaskClient, day: Day, session: Session) -> None:
    page = treasurer.get(_new(day, "payout")).text
    assert "账上欠 ¥48" in page
    typed = {
        "party": str(day.weaver.id),
        "source": safe(day).code,
        "amount": "48.01",
        "note": "货款",
    }
    refused = post(treasurer, _new(day, "payout"), typed)
    assert refused.status_code == 409
    assert "账上只欠对方 ¥48" in refused.text
    assert post(treasurer, _new(day, "payout"), typed | {"amount": "48"}).status_code == 303
    assert session.scalar(select(MoneyMove.party_id)) == day.weaver.id


def test_an_over_is_cleared_from_its_page(
    treasurer: FlaskClient, reviewer: FlaskClient, day: Day, session: Session
) -> None:
    assert "（多了 ¥3）" in treasurer.get(_new(day, "over_cleared")).text
    typed = {"till": str(day.till.id), "amount": "3", "note": "查不出原因"}
    proposed = post(treasurer, _new(day, "over_cleared"), typed)
    post(reviewer, f"{proposed.location}/decision", {"answer": "yes"})
    assert balance(session, day, f"over_short:{day.till.id}") == 0
    assert "没有哪一班收银" in treasurer.get(_new(day, "over_cleared")).text


def test_a_fee_waits_to_be_borne(
    treasurer: FlaskClient, reviewer: FlaskClient, day: Day, app: Flask, session: Session
) -> None:
    assert "账上现在没有可以转出的钱" in treasurer.get(_new(day, "settlement")).text
    helper = _helper(app, day)
    typed = {"party": str(helper), "amount": "30", "note": "帐篷", "day": ""}
    proposed = post(treasurer, _new(day, "cost_advanced"), typed)
    assert proposed.status_code == 303
    post(reviewer, f"{proposed.location}/decision", {"answer": "yes"})
    assert balance(session, day, "costs_to_settle") == 30_00


def test_the_proposer_is_told_that_another_must_agree(
    treasurer: FlaskClient, day: Day, session: Session
) -> None:
    proposed = post(treasurer, _new(day, "deposit"), _deposit(day))
    own = post(treasurer, f"{proposed.location}/decision", {"answer": "yes"})
    assert own.status_code == 403
    assert "提出人和批准人不能是同一个人" in own.text
    assert session.scalar(select(func.count(MoneyMoveDecision.move_id))) == 0


def test_a_no_needs_its_reason_and_keeps_it(
    treasurer: FlaskClient, reviewer: FlaskClient, day: Day, session: Session
) -> None:
    proposed = post(treasurer, _new(day, "deposit"), _deposit(day))
    without = post(reviewer, f"{proposed.location}/decision", {"answer": "no"})
    assert without.status_code == 422
    post(reviewer, f"{proposed.location}/decision", {"answer": "no", "reason": "和回单对不上"})
    assert session.scalar(select(MoneyMoveDecision.reason)) == "和回单对不上"
    assert "和回单对不上" in treasurer.get(proposed.location).text
    again = post(reviewer, f"{proposed.location}/decision", {"answer": "yes"})
    assert again.status_code == 409


def test_the_proposer_may_take_it_back(treasurer: FlaskClient, day: Day, session: Session) -> None:
    proposed = post(treasurer, _new(day, "deposit"), _deposit(day))
    back = post(treasurer, f"{proposed.location}/decision", {"answer": "no", "reason": "填错了"})
    assert back.status_code == 303
    assert session.scalar(select(MoneyMoveDecision.approved)) is False


def test_the_same_form_sent_twice_proposes_once(
    treasurer: FlaskClient, day: Day, session: Session
) -> None:
    post(treasurer, _new(day, "deposit"), _deposit(day))
    assert post(treasurer, _new(day, "deposit"), _deposit(day)).status_code == 409
    assert session.scalar(select(func.count(MoneyMove.id))) == 1


def test_a_voucher_is_reversed_from_its_page(
    treasurer: FlaskClient, reviewer: FlaskClient, day: Day, app: Flask, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        decided = move(work, day, MoveKind.DEPOSIT, 10_00, source=safe(day), target=bank(day))
        voucher_id = decided.voucher_id
    address = f"/desk/{day.community.slug}/vouchers/{voucher_id}"
    assert f"{address}/reversal" in treasurer.get(address).text
    proposed = post(treasurer, f"{address}/reversal", {"note": "存错了账户"})
    assert proposed.status_code == 303
    assert post(reviewer, f"{proposed.location}/decision", {"answer": "yes"}).status_code == 303
    assert balance(session, day, bank(day).code) == 0
    assert f"{address}/reversal" not in treasurer.get(address).text
    again = post(treasurer, f"{address}/reversal", {"note": "再来一次"})
    assert again.status_code == 409


def test_a_closure_offers_no_reversal(treasurer: FlaskClient, day: Day, session: Session) -> None:
    closure = session.scalar(select(Voucher.id).where(Voucher.kind == "closure"))
    address = f"/desk/{day.community.slug}/vouchers/{closure}"
    assert "reversal" not in treasurer.get(address).text
    assert post(treasurer, f"{address}/reversal", {"note": "试试"}).status_code == 409


def test_moves_and_vouchers_of_another_community_are_not_found(
    treasurer: FlaskClient, day: Day, app: Flask
) -> None:
    with app.app_context():
        other = open_day()
        with unit_of_work() as work:
            helper = factories.make_party(work, other.community, kind="person")
            made = move(
                work, other, MoveKind.CASH_ADVANCED, 1_00, party_id=helper.id, target=safe(other)
            )
    here = f"/desk/{day.community.slug}"
    for address in (
        f"{here}/moves/{made.move_id}",
        f"{here}/vouchers/{made.voucher_id}/reversal",
        f"{here}/moves/999999",
    ):
        assert treasurer.get(address).status_code == 404
    assert (
        post(treasurer, f"{here}/moves/{made.move_id}/decision", {"answer": "yes"}).status_code
        == 404
    )


def test_a_month_is_locked_by_two(
    treasurer: FlaskClient,
    reviewer: FlaskClient,
    day: Day,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    december = datetime(2026, 12, 3, 2, 0, tzinfo=UTC)
    monkeypatch.setattr("market.blueprints.proceeds.months.clock", lambda: december)
    months = f"/desk/{day.community.slug}/months"
    assert "没有锁" in treasurer.get(months).text
    assert post(treasurer, months, {"month": "2026-11"}).status_code == 303
    assert post(treasurer, f"{months}/2026-11/confirmation").status_code == 403
    assert "个月等您确认锁账" in reviewer.get(f"/desk/{day.community.slug}").text
    assert post(reviewer, f"{months}/2026-11/confirmation").status_code == 303
    lock = session.scalars(select(MonthLock)).one()
    assert lock.confirmed_by_id == day.cast.reviewer.id
    assert "已锁账" in treasurer.get(months).text
    assert post(treasurer, months, {"month": "2026-11"}).status_code == 409


@pytest.mark.parametrize(
    ("month", "status"), [("2026-13", 422), ("", 422), ("2099-01", 409), ("'; --", 422)]
)
def test_what_cannot_be_locked_is_said(
    treasurer: FlaskClient, day: Day, month: str, status: int
) -> None:
    answer = post(treasurer, f"/desk/{day.community.slug}/months", {"month": month})
    assert answer.status_code == status
    assert "错误：" in answer.text


def _helper(app: Flask, day: Day) -> int:
    with app.app_context(), unit_of_work() as work:
        return factories.make_party(work, day.community, kind="person").id


@pytest.mark.parametrize(("limit_minor", "answer"), [(40_00, 403), (48_00, 303)])
def test_letting_much_money_go_asks_for_a_code_where_the_community_wants_one(
    reviewer: FlaskClient,
    day: Day,
    session: Session,
    limit_minor: int,
    answer: int,
) -> None:
    with unit_of_work() as work:
        here = work.get_one(Community, day.community.id)
        here.second_factor_required, here.small_refund_minor = True, limit_minor
        paid = proposing(
            day,
            MoveKind.PAYOUT,
            48_00,
            source=safe(day),
            party_id=day.weaver.id,
            evidence="收据 12",
        )
        move = propose_move(work, paid, by_id=day.cast.treasurer.id, now=LATER)
        sign(work, day, move)
        move_id = move.id
    page = f"/desk/{day.community.slug}/moves/{move_id}"
    decided = post(reviewer, f"{page}/decision", {"answer": "yes", "reason": "看过单据"})
    assert decided.status_code == answer
    asked = '<input type="hidden" name="reason" value="看过单据">' in decided.text
    assert asked == (answer == 403)
    decisions = session.scalars(select(func.count()).select_from(MoneyMoveDecision)).one()
    assert decisions == (answer == 303)


def test_saying_no_to_much_money_asks_for_nothing(
    reviewer: FlaskClient, day: Day, session: Session
) -> None:
    with unit_of_work() as work:
        here = work.get_one(Community, day.community.id)
        here.second_factor_required, here.small_refund_minor = True, 0
        paid = proposing(
            day,
            MoveKind.PAYOUT,
            48_00,
            source=safe(day),
            party_id=day.weaver.id,
            evidence="收据 12",
        )
        move_id = propose_move(work, paid, by_id=day.cast.treasurer.id, now=LATER).id
    page = f"/desk/{day.community.slug}/moves/{move_id}"
    declined = post(reviewer, f"{page}/decision", {"answer": "no", "reason": "金额不对"})
    assert declined.status_code == 303
    assert session.scalars(select(MoneyMoveDecision.approved)).all() == [False]


def test_a_payout_in_cash_is_signed_for_on_its_page_before_it_is_let_go(
    treasurer: FlaskClient, reviewer: FlaskClient, day: Day, session: Session
) -> None:
    with unit_of_work() as work:
        given = {"source": safe(day), "party_id": day.weaver.id}
        paid = proposing(day, MoveKind.PAYOUT, 48_00, **given)
        move_id = propose_move(work, paid, by_id=day.cast.treasurer.id, now=LATER).id
    page = f"/desk/{day.community.slug}/moves/{move_id}"
    refused = post(reviewer, f"{page}/decision", {"answer": "yes"})
    assert refused.status_code == 409
    assert "付现金要先有收款人的签名" in refused.text
    empty = post(treasurer, f"{page}/signature", {"strokes": "", "slip": ""})
    assert empty.status_code == 422
    assert post(treasurer, f"{page}/signature", {"slip": "收条 7"}).status_code == 303
    assert "收条 7" in treasurer.get(page).text
    assert post(reviewer, f"{page}/decision", {"answer": "yes"}).status_code == 303
    assert session.scalars(select(MoneyMoveDecision.approved)).all() == [True]
