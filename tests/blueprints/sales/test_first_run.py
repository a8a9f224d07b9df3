"""The way to the first market on the desk's first page: from real state, and gone once it opened."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import APPROVERS
from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.people import Community
from market.queries.sales.first_run import first_run
from tests.factories import (
    make_community,
    make_fund,
    make_holder,
    make_listing,
    make_market_day,
    make_opening,
    make_stall,
)
from tests.people import make_cast, make_person, sign_in

TITLE = "从这里到第一次市集"


def test_a_new_community_sees_the_whole_way_with_one_thing_to_do_now(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context(), unit_of_work() as work:
        here = make_community(work)
        administrator = make_person(work, here, Role.ADMINISTRATOR)
    sign_in(client, administrator)
    page = client.get(f"/desk/{here.slug}").text
    assert TITLE in page
    assert page.count('class="task task-now"') == 1
    assert page.count('class="task task-done"') == 0
    for address in ("settings", "people", "holders", "funds", "markets/new"):
        assert f'class="task-link" href="/desk/{here.slug}/{address}"' in page


def test_what_is_done_is_ticked_and_what_is_not_theirs_has_no_link(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context(), unit_of_work() as work:
        here = make_community(work, contact="社工站，周一到周五")
        cast = make_cast(work, here)
        make_holder(work, here)
        make_holder(work, here, kind="bank", name="居委会账户")
        make_fund(work, here)
        day = make_market_day(work, here, cast.social_worker)
        make_listing(work, make_stall(work, day))
    sign_in(client, cast.social_worker)
    page = client.get(f"/desk/{here.slug}").text
    assert page.count('class="task task-done"') == 6
    assert f'href="/desk/{here.slug}/settings"' not in page
    assert f'href="/desk/{here.slug}/markets/{day.id}/opening"' in page
    assert "4 个人能复核" in page


def test_the_counts_are_of_what_stands(session: Session) -> None:
    here = make_community(session)
    cast = make_cast(session, here)
    elsewhere = make_community(session)
    make_cast(session, elsewhere)
    make_fund(session, elsewhere)
    cast.reviewer.closed_at = cast.reviewer.created_at
    session.flush()
    now = first_run(session, here.id, APPROVERS)
    assert now is not None
    assert (now.deciders, now.volunteers, now.funds, now.market_day_id) == (3, 2, 0, None)


def test_it_is_gone_once_a_market_has_opened(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        here: Community = make_community(work)
        cast = make_cast(work, here)
        day = make_market_day(work, here, cast.social_worker)
        make_opening(work, day, cast.social_worker)
    sign_in(client, cast.social_worker)
    assert TITLE not in client.get(f"/desk/{here.slug}").text
