"""待核对 at the desk: each record in words, settled once, and money only by the road of all sales."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales.settling import (
    NothingHeldInstead,
    SettleAside,
    SettledAlready,
    UndoneOnPhone,
    settle_aside,
)
from market.domain.errors import Invalid, MarketError
from market.domain.sales.sale import Sale
from market.domain.sales.set_aside import Settlement
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.sales import AsideDecision, Listing, QuarantinedSale
from market.models.sales import Sale as Recorded
from market.queries.ledger.check import check_community
from market.queries.sales.set_aside import asides_waiting
from market.web.retries import persistently
from tests.market_day import LATER, close, count, kept_totals
from tests.people import post, sign_in
from tests.uploads import Stall, open_stall, outcomes, sale_row, upload, void_of, void_row


@pytest.fixture
def here(app: Flask) -> Iterator[Stall]:
    app.extensions["clock"] = lambda: LATER
    with app.app_context():
        yield open_stall()


def settle(here: Stall, aside_id: int, outcome: Settlement, **more: object) -> object:
    command = SettleAside(
        community_id=here.day.community.id,
        aside_id=aside_id,
        outcome=outcome,
        **more,  # type: ignore[arg-type]
    )
    with unit_of_work() as work:
        return settle_aside(work, command, by_id=here.day.cast.social_worker.id, now=LATER)


def last_aside(session: Session) -> int:
    session.rollback()
    return session.scalars(select(QuarantinedSale.id).order_by(QuarantinedSale.id.desc())).all()[0]


def another_content(client: FlaskClient, here: Stall) -> Sale:
    """A sale, and another one under the same id and code that was set aside."""
    sale = here.sale()
    upload(client, here.phone, sale_row(sale))
    other = replace(sale, gift_minor=2_00, sequence=sale.sequence + 1000)
    assert outcomes(upload(client, here.phone, sale_row(other))) == ["conflict: other_content"]
    return other


def test_a_newcomer_is_taken_in_once_as_a_sale_of_its_own(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    other = another_content(client, here)
    aside_id = last_aside(session)
    accept = SettleAside(
        community_id=here.day.community.id, aside_id=aside_id, outcome=Settlement.ACCEPTED
    )
    by_id = here.day.cast.social_worker.id

    def attempt(_number: int) -> str:
        with here_app.app_context():
            try:
                persistently(lambda: _once(accept, by_id))
            except MarketError as error:
                return type(error).__name__
            return "settled"

    here_app = client.application
    with ThreadPoolExecutor(8) as several:
        said = list(several.map(attempt, range(32)))
    assert said.count("settled") == 1
    assert set(said) == {"settled", SettledAlready.__name__}
    session.rollback()
    decision = session.scalars(select(AsideDecision)).one()
    taken = session.get_one(Recorded, decision.sale_id)
    assert taken.id != other.id
    assert taken.code != other.code
    assert (taken.lines_minor, taken.gift_minor, taken.sequence) == (15_00, 2_00, other.sequence)
    assert kept_totals(session, here.day.till.id) == {"cash": (2, 32_00, 32_00)}
    assert session.scalars(select(AuditEvent.kind)).all().count("aside_settled") == 1
    assert asides_waiting(session, here.day.community.id, by_id) == 0
    assert all(found.holds for found in check_community(session, here.day.community.id))


def _once(command: SettleAside, by_id: int) -> None:
    with unit_of_work() as work:
        settle_aside(work, command, by_id=by_id, now=LATER)


def test_what_was_refused_is_taken_in_as_it_was_sent_and_late_when_its_till_has_closed(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    fan = here.sale(here.day.fan)
    with unit_of_work() as work:
        work.get_one(Listing, here.day.fan.id).floor_minor = 50_00
    assert outcomes(upload(client, here.phone, sale_row(fan))) == ["rejected: price_refused"]
    aside_id = last_aside(session)
    with pytest.raises(Invalid):
        settle(here, aside_id, Settlement.ACCEPTED)
    with unit_of_work() as work:
        work.get_one(Listing, here.day.fan.id).floor_minor = 25_00
    with unit_of_work() as work:
        count(work, here.day)
        close(work, here.day, phones_reason="没电了")
    settle(here, aside_id, Settlement.ACCEPTED)
    # The phone still asks, and hears that it is in.
    assert outcomes(upload(client, here.phone, sale_row(fan))) == ["exists"]
    sign_in(client, here.day.cast.treasurer)
    closed = client.get(f"/till/{here.day.community.slug}/{here.day.till.id}/closure").text
    session.rollback()
    assert session.get_one(Recorded, fan.id).day_number in closed


def test_what_was_kept_or_discarded_says_why_and_counts_nothing(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    another_content(client, here)
    aside_id = last_aside(session)
    with pytest.raises(Invalid):
        settle(here, aside_id, Settlement.KEPT)
    settle(here, aside_id, Settlement.KEPT, reason="按错重按的")
    session.rollback()
    assert kept_totals(session, here.day.till.id) == {"cash": (1, 15_00, 15_00)}
    fan = here.sale()
    early = void_of(fan, sequence=fan.sequence + 1)
    spoiled = sale_row(fan, hash="0" * 64)
    assert outcomes(upload(client, here.phone, void_row(early), spoiled)) == [
        "created",
        "rejected: other_hash",
    ]
    aside_id = last_aside(session)
    with pytest.raises(NothingHeldInstead):
        settle(here, aside_id, Settlement.KEPT, reason="x")
    with pytest.raises(UndoneOnPhone):
        settle(here, aside_id, Settlement.ACCEPTED)
    settle(here, aside_id, Settlement.DISCARDED, reason="已作废")


def test_the_desk_reads_it_in_words_and_settles_it(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    another_content(client, here)
    upload(client, here.phone, {"kind": "nothing we know"})
    slug = here.day.community.slug
    sign_in(client, here.day.cast.social_worker)
    assert "2 笔待核对" in client.get(f"/desk/{slug}").text
    assert "2 笔待核对" in client.get(f"/desk/{slug}/markets/{here.day.day.id}/board").text
    listed = client.get(f"/desk/{slug}/set-aside?market={here.day.day.id}").text
    assert "¥17" in listed
    assert "读不出来" in listed
    unreadable = last_aside(session)
    first = f"/desk/{slug}/set-aside/{unreadable - 1}"
    page = client.get(first).text
    assert "手工皂 × 1" in page
    assert "我们已经有的" in page
    refused = post(client, f"{first}/decision", {"answer": "kept", "reason": ""})
    assert refused.status_code == 422
    assert post(client, f"{first}/decision", {"answer": "accepted"}).status_code == 303
    again = post(client, f"{first}/decision", {"answer": "kept", "reason": "x"})
    assert again.status_code == 409
    assert client.get(f"/desk/{slug}/set-aside/{unreadable}").status_code == 200
    assert "收进来，记成一笔" in client.get(f"/desk/{slug}/set-aside?show=settled").text
