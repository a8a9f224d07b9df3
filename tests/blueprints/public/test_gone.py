"""Withdrawn, expired, not yet published and never there: one page, the same to the last byte."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.actions.proceeds.consents import WithdrawConsents, withdraw_consents
from market.actions.proceeds.steps import EndWish, end_wish
from market.domain.proceeds.consent import Purpose
from market.extensions import unit_of_work
from tests.blueprints.public.conftest import ENGLISH
from tests.factories import NOW
from tests.wishes import enter, make_open_wish, make_stage


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_is_gone_has_one_page_byte_for_byte(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        stage = make_stage(work)
        withdrawn, expired = (make_open_wish(work, stage) for _ in range(2))
        here = stage.community.id
        withdraw_consents(
            work,
            WithdrawConsents(
                community_id=here,
                reference=withdrawn.consent_ref,
                purposes=frozenset({Purpose.PUBLISH_TEXT}),
            ),
            by_id=None,
            now=NOW,
        )
        over = EndWish(community_id=here, wish_id=expired.id, expired=True, note="过了日子")
        end_wish(work, over, by_id=stage.by, now=NOW)
        codes = (withdrawn.code, expired.code, enter(work, stage).code, "W-NEVER")
    addresses = [f"/wishes/{code}{rest}" for code in codes for rest in ("", "/hold")]
    for language in ({}, ENGLISH):
        said = [client.get(one, headers=language) for one in (*addresses, "/pictures/none")]
        assert {answer.status_code for answer in said} == {404}
        assert len({answer.data for answer in said}) == 1
        assert len({_headers(answer.headers) for answer in said}) == 1


def _headers(headers: object) -> frozenset[tuple[str, str]]:
    """All but the name that each request has of its own."""
    return frozenset(pair for pair in headers if pair[0] != "X-Request-ID")  # type: ignore[attr-defined]
