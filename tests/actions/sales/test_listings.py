"""What a stall offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales import listings as acts
from market.domain import money
from market.domain.errors import MarketError
from market.domain.sales import consignment
from market.domain.text import TextMissing, TextTooLong
from market.models.sales import Listing, Stall
from market.queries.sales.offers import NoSuchListing, NoSuchStall
from tests.factories import NOW
from tests.preparing import Place, make_place, make_stall, plan_day

Said = Callable[[Place], dict[str, Any]]


@pytest.fixture
def place(session: Session) -> Place:
    return make_place(session)


@pytest.fixture
def stall(session: Session, place: Place) -> Stall:
    return make_stall(session, place, plan_day(session, place))


def offer(session: Session, place: Place, stall: Stall, **overrides: Any) -> Listing:
    return acts.offer(session, place.offer(stall, **overrides), by_id=place.by_id, now=NOW)


def shown(session: Session, stall: Stall) -> list[str]:
    return list(
        session.scalars(
            select(Listing.name)
            .where(Listing.stall_id == stall.id, Listing.retired_at.is_(None))
            .order_by(Listing.position, Listing.id)
        )
    )


def test_offers_stand_in_the_order_they_were_made(
    session: Session, place: Place, stall: Stall
) -> None:
    for name in ("手工皂", "香囊", "钥匙扣"):
        offer(session, place, stall, name=name)
    assert shown(session, stall) == ["手工皂", "香囊", "钥匙扣"]


def test_a_service_is_a_priced_item_that_takes_minutes(
    session: Session, place: Place, stall: Stall
) -> None:
    haircut = offer(session, place, stall, kind="service", name="理发", price_minor=0, minutes=20)
    assert (haircut.kind, haircut.price_minor, haircut.minutes) == ("service", 0, 20)


def test_goods_take_no_minutes(session: Session, place: Place, stall: Stall) -> None:
    assert offer(session, place, stall, minutes=20).minutes is None


def test_an_open_price_is_no_price(session: Session, place: Place, stall: Stall) -> None:
    assert offer(session, place, stall, price_minor=None).price_minor is None


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (lambda _: {"name": ""}, TextMissing),
        (lambda _: {"name": "长" * 61}, TextTooLong),
        (lambda _: {"kind": "gift"}, acts.KindUnknown),
        (lambda _: {"price_minor": -1}, money.AmountNegative),
        (lambda _: {"price_minor": 1.5}, money.AmountNotWhole),
        (lambda _: {"price_minor": True}, money.AmountNotWhole),
        (lambda _: {"price_minor": 10**12}, money.AmountTooLarge),
        (lambda _: {"stock": -1}, money.CountOutOfRange),
        (lambda _: {"stock": 10**6}, money.CountOutOfRange),
        (lambda _: {"stock": "3"}, money.CountUnreadable),
        (lambda _: {"kind": "service", "minutes": 0}, money.CountOutOfRange),
        (lambda _: {"kind": "service", "minutes": 10_000}, money.CountOutOfRange),
        (lambda _: {"consignor_id": 987_654, "share_bp": 8000}, acts.NoSuchConsignor),
        (lambda _: {"share_bp": 8000}, acts.NoSuchConsignor),
        (lambda _: {"floor_minor": 5_00}, acts.NoSuchConsignor),
        (lambda place: {"consignor_id": place.weaver.id}, consignment.TermsUnclear),
        (
            lambda place: {"consignor_id": place.weaver.id, "share_bp": 1, "fixed_minor": 1},
            consignment.TermsUnclear,
        ),
        (
            lambda place: {"consignor_id": place.weaver.id, "share_bp": 10_001},
            consignment.ShareOutOfRange,
        ),
        (
            lambda place: {"consignor_id": place.weaver.id, "share_bp": 80.0},
            consignment.ShareOutOfRange,
        ),
        (
            lambda place: {"consignor_id": place.weaver.id, "fixed_minor": 16_00},
            consignment.FixedAbovePrice,
        ),
        (
            lambda place: {
                "consignor_id": place.weaver.id,
                "share_bp": 8000,
                "floor_minor": 16_00,
            },
            consignment.PriceBelowFloor,
        ),
    ],
)
def test_what_is_wrong_with_an_offer_is_said(
    session: Session, place: Place, stall: Stall, said: Said, error: type[MarketError]
) -> None:
    with pytest.raises(error):
        offer(session, place, stall, **said(place))
    assert shown(session, stall) == []


def test_nobody_of_another_community_consigns_here(
    session: Session, place: Place, stall: Stall
) -> None:
    other = make_place(session)
    with pytest.raises(acts.NoSuchConsignor):
        offer(session, place, stall, consignor_id=other.weaver.id, share_bp=8000)


def test_a_changed_listing_keeps_what_it_sold(session: Session, place: Place, stall: Stall) -> None:
    soap = offer(session, place, stall, stock=10)
    soap.sold = 4
    command = place.offer(
        stall, name="桂花皂", consignor_id=place.weaver.id, share_bp=8000, floor_minor=10_00
    )
    acts.change_listing(session, soap.id, command, by_id=place.by_id, now=NOW)
    assert (soap.name, soap.sold, soap.stock, soap.share_bp) == ("桂花皂", 4, None, 8000)


def test_a_retired_listing_is_off_the_tiles_until_it_is_brought_back(
    session: Session, place: Place, stall: Stall
) -> None:
    soap = offer(session, place, stall)
    given = (place.community.id, soap.id)
    for _ in range(2):
        acts.retire_listing(session, *given, by_id=place.by_id, now=NOW)
        assert shown(session, stall) == []
    for _ in range(2):
        acts.bring_back_listing(session, *given, by_id=place.by_id, now=NOW)
        assert shown(session, stall) == ["手工皂"]


def test_a_listing_changes_places_with_its_neighbour(
    session: Session, place: Place, stall: Stall
) -> None:
    first, gone, _ = (offer(session, place, stall, name=name) for name in ("一", "二", "三"))
    acts.retire_listing(session, place.community.id, gone.id, by_id=place.by_id, now=NOW)

    def move(listing: Listing, *, down: bool) -> list[str]:
        acts.move_listing(session, place.community.id, listing.id, down=down)
        session.flush()
        return shown(session, stall)

    assert move(first, down=False) == ["一", "三"]
    assert move(first, down=True) == ["三", "一"]
    assert move(first, down=True) == ["三", "一"]
    assert move(gone, down=True) == ["三", "一"]
    assert move(first, down=False) == ["一", "三"]


def test_another_community_s_listings_and_stalls_are_not_found(
    session: Session, place: Place, stall: Stall
) -> None:
    soap, other = offer(session, place, stall), make_place(session)
    given = (other.community.id, soap.id)
    tries: list[Callable[[], object]] = [
        lambda: acts.retire_listing(session, *given, by_id=other.by_id, now=NOW),
        lambda: acts.bring_back_listing(session, *given, by_id=other.by_id, now=NOW),
        lambda: acts.move_listing(session, *given, down=True),
        lambda: acts.change_listing(
            session, soap.id, other.offer(stall), by_id=other.by_id, now=NOW
        ),
    ]
    for act in tries:
        with pytest.raises(NoSuchListing):
            act()
    with pytest.raises(NoSuchStall):
        offer(session, other, stall)
