"""A fund's page: what came in is told, what one of fewer than five people got is not."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.extensions import unit_of_work
from market.models.livelihood import Enterprise
from tests.livelihood import make_enterprise
from tests.support import Support, agreed_plan, make_support, reach, release, spend

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def test_support_of_fewer_than_five_people_is_no_sum(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        support = make_support(work, laid_minor=2000_00)
        [first, *_] = agreed_plan(work, support)
        reach(work, support, first)
        release(work, support, first)
        spend(work, support, first, 120_00)
        fund_id = support.fund.id
    page = client.get(f"/funds/{fund_id}").text
    assert "¥2,000" in page
    assert "少于 5" in page
    for told in ("¥300", "¥1,700", "¥120", "针线布包"):
        assert told not in page, told
    with app.app_context(), unit_of_work() as work:
        for number in range(4):
            by = support.cast.social_worker
            made = make_enterprise(work, support.community, by, f"第{number}位")
            other = Support(
                community=support.community,
                cast=support.cast,
                fund=support.fund,
                safe=support.safe,
                made=made,
            )
            [one, *_] = agreed_plan(work, other)
            reach(work, other, one)
            release(work, other, one)
    page = client.get(f"/funds/{fund_id}?again").text
    assert "¥1,500" in page
    assert "其中已经用了 ¥120" in page
    with app.app_context(), unit_of_work() as work:
        enterprise = work.get_one(Enterprise, support.made.enterprise.id)
        enterprise.page_shown = enterprise.name_shown = enterprise.support_shown = True
        make_enterprise(work, support.community, support.cast.social_worker, "又一位")
    page = client.get(f"/funds/{fund_id}?once-more").text
    assert "针线布包" in page
    assert "¥1,500" not in page, "the four others would be found by taking hers away"


def test_a_fund_that_is_not_there_is_a_page_that_helps(client: FlaskClient) -> None:
    assert client.get("/funds/99").status_code == 404
