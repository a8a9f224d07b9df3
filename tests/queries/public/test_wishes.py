"""The wall and a wish's page: in the wall's order, filtered, paged, and never what may not be shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from market.domain.proceeds.wish import Theme, WishKind, WishState
from market.models.proceeds import Wish, WishStep
from market.queries.public.wishes import (
    PAGE_SIZE,
    Filter,
    Place,
    read_place,
    receipts_by_wish,
    wish_page,
    wish_wall,
    wishes_by_id,
)
from tests.books import busy_day, buy
from tests.factories import NOW
from tests.market_day import make_day
from tests.queries.statements import counting
from tests.refunds import close_day, recorded_sale, stage_of
from tests.wishes import CONSENT_ENDS, TODAY, Stage, allocate, enter, make_open_wish, make_stage

EVERYTHING = Filter()


@pytest.fixture
def stage(session: Session) -> Stage:
    return make_stage(session, laid_minor=100_00)


def on_wall(session: Session, chosen: Filter = EVERYTHING, **at: Place | None) -> list[int]:
    return [wish.id for wish in wish_wall(session, chosen, today=TODAY, **at).wishes]


def in_state(session: Session, stage: Stage, state: WishState, *, days: int = 0) -> int:
    """A wish that came to `state` so many days after NOW."""
    wish = make_open_wish(session, stage)
    session.execute(update(Wish).where(Wish.id == wish.id).values(state=str(state)))
    at = NOW + timedelta(days=days)
    session.add(WishStep(wish_id=wish.id, state=str(state), by_id=stage.by, at=at))
    session.flush()
    return wish.id


def test_two_wishes_of_one_child_hang_apart_by_random_codes(session: Session, stage: Stage) -> None:
    wishes = [make_open_wish(session, stage) for _ in range(6)]
    together = (wishes[1], wishes[4])
    session.execute(
        update(Wish)
        .where(Wish.id.in_([wish.id for wish in together]))
        .values(changed_at=NOW + timedelta(days=3))
    )
    assert on_wall(session) == [wish.id for wish in sorted(wishes, key=lambda wish: wish.code)]


def test_fulfilled_wishes_hang_first_then_lit_ones_then_those_that_wait(
    session: Session, stage: Stage
) -> None:
    waiting = in_state(session, stage, WishState.OPEN, days=9)
    bought = in_state(session, stage, WishState.BOUGHT, days=1)
    delivered = in_state(session, stage, WishState.DELIVERED)
    lit = in_state(session, stage, WishState.LIT, days=2)
    followed_up = in_state(session, stage, WishState.FOLLOWED_UP, days=1)
    assert on_wall(session) == [followed_up, delivered, lit, bought, waiting]
    assert wish_wall(session, EVERYTHING, today=TODAY).counts == {
        "fulfilled": 2,
        "lit": 2,
        "waiting": 1,
    }


def test_a_filter_keeps_what_it_names_and_counts_the_whole_wall(
    session: Session, stage: Stage
) -> None:
    sport = make_open_wish(session, stage, theme=Theme.SPORT)
    learning = make_open_wish(session, stage, kind=WishKind.LEARNING, theme=Theme.ART)
    lit = in_state(session, stage, WishState.LIT)
    assert on_wall(session, Filter(theme="sport")) == [sport.id]
    assert on_wall(session, Filter(kind="learning")) == [learning.id]
    assert on_wall(session, Filter(state="lit")) == [lit]
    assert on_wall(session, Filter(state="lit", theme="sport")) == []
    shown = wish_wall(session, Filter(state="lit"), today=TODAY)
    assert sum(shown.counts.values()) == 3
    assert shown.themes == ("art", "sport")


def test_pages_hold_every_wish_once_forwards_and_back(session: Session, stage: Stage) -> None:
    wanted = {make_open_wish(session, stage).id for _ in range(PAGE_SIZE + 2)}
    first = wish_wall(session, EVERYTHING, today=TODAY)
    after = read_place(first.after)
    second = wish_wall(session, EVERYTHING, today=TODAY, after=after)
    shown = [wish.id for wish in (*first.wishes, *second.wishes)]
    assert (len(first.wishes), len(shown), set(shown)) == (PAGE_SIZE, len(wanted), wanted)
    assert (first.first, first.before, second.first, second.after) == (1, "", PAGE_SIZE + 1, "")
    assert second.total == len(wanted)
    back = wish_wall(session, EVERYTHING, today=TODAY, before=read_place(second.before))
    assert back.wishes == first.wishes


def test_whoever_goes_on_misses_nothing_though_the_wall_changes_ahead(
    session: Session, stage: Stage
) -> None:
    for _ in range(PAGE_SIZE + 2):
        make_open_wish(session, stage)
    first = wish_wall(session, EVERYTHING, today=TODAY)
    after = read_place(first.after)
    expected = on_wall(session, after=after)
    allocate(session, stage, (session.get_one(Wish, first.wishes[3].id), 86_00))
    # The very wish at which the page ended is withdrawn.
    session.execute(
        update(Wish).where(Wish.id == first.wishes[-1].id).values(state=str(WishState.WITHDRAWN))
    )
    assert on_wall(session, after=after) == expected
    assert wish_wall(session, EVERYTHING, today=TODAY, after=after).first == PAGE_SIZE


@pytest.mark.parametrize("text", ["", "2", "9.2026-11-20.W-2345", "1.x.W", "0.2026-11-20.w';--"])
def test_what_is_no_place_is_the_beginning(text: str) -> None:
    assert read_place(text) is None


def test_what_may_not_be_shown_is_nowhere(session: Session, stage: Stage) -> None:
    draft = enter(session, stage, theme=Theme.SPORT)
    withdrawn = make_open_wish(session, stage)
    session.execute(update(Wish).where(Wish.id == withdrawn.id).values(state="withdrawn"))
    unconsented = make_open_wish(session, stage)
    after = CONSENT_ENDS
    ids = [draft.id, withdrawn.id, unconsented.id]
    for day, shown in ((TODAY, [unconsented.id]), (after, [])):
        wall = wish_wall(session, EVERYTHING, today=day)
        assert [wish.id for wish in wall.wishes] == shown
        assert sum(wall.counts.values()) == len(shown)
        assert list(wishes_by_id(session, ids, today=day)) == shown
        assert wish_page(session, draft.code, today=day) is None
        assert wish_page(session, withdrawn.code, today=day) is None
        assert (wish_page(session, unconsented.code, today=day) is None) == (not shown)
    assert "sport" not in wish_wall(session, EVERYTHING, today=TODAY).themes


def test_a_wish_knows_which_market_and_how_many_receipts_lit_it(session: Session) -> None:
    day = make_day(session)
    for _ in range(3):
        recorded_sale(session, day)
    close_day(session, day)
    session.expire_all()
    stage = stage_of(day)
    wish = make_open_wish(session, stage, 20_00)
    allocate(session, stage, (wish, 15_00))
    page = wish_page(session, wish.code, today=TODAY)
    assert page is not None
    assert (page.cost_minor, page.funded_minor, page.wish.percent) == (20_00, 15_00, 75)
    [market] = page.markets
    assert (market.slug, market.amount_minor, market.receipts) == (day.day.slug, 15_00, 2)
    assert page.receipts == 2
    assert receipts_by_wish(session, [wish.id]) == {wish.id: 2}


def test_what_buying_saved_is_told(session: Session) -> None:
    day = make_day(session)
    for _ in range(2):
        recorded_sale(session, day)
    close_day(session, day)
    session.expire_all()
    stage = stage_of(day)
    wish = make_open_wish(session, stage, 20_00)
    allocate(session, stage, (wish, 20_00))
    lit = wish_page(session, wish.code, today=TODAY)
    assert lit is not None
    assert (lit.spent_minor, lit.saved_minor) == (0, 0)
    buy(session, day, wish, 17_50)
    bought = wish_page(session, wish.code, today=TODAY)
    assert bought is not None
    assert (bought.spent_minor, bought.saved_minor) == (17_50, 2_50)


def test_a_wishes_markets_sum_to_what_it_was_given(session: Session) -> None:
    busy_day(session)
    found = 0
    for code in session.scalars(Wish.__table__.select().with_only_columns(Wish.code)):
        page = wish_page(session, code, today=TODAY)
        if page is not None and page.markets:
            found += 1
            assert sum(market.amount_minor for market in page.markets) == page.funded_minor
    assert found


@pytest.mark.parametrize("wishes", [1, PAGE_SIZE])
def test_the_wall_asks_as_often_for_many_wishes_as_for_one(
    session: Session, stage: Stage, wishes: int
) -> None:
    for _ in range(wishes):
        make_open_wish(session, stage)
    session.flush()
    with counting(session) as asked:
        wish_wall(session, EVERYTHING, today=TODAY)
    assert len(asked) <= 4
