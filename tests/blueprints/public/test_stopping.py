"""The guardian's half of a consent sheet: a page with one button, which takes everything down at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.proceeds.consents import (
    PublicationStopped,
    RecordConsents,
    record_consents,
)
from market.actions.proceeds.stopping import MakeStopCode, StopSecret, make_stop_code
from market.domain.proceeds.consent import Purpose
from market.extensions import unit_of_work
from market.models.people import Person
from market.models.proceeds import Consent, ConsentWithdrawal, PublicationStop, StopCode, Wish
from market.web.sessions import token_hash
from tests.blueprints.public.conftest import Told
from tests.factories import NOW
from tests.people import post, sign_in
from tests.wishes import terms

SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
HALF = "a-half-that-somebody-holds"


@pytest.fixture
def half(app: Flask, told: Told) -> str:
    """The address on the half that belongs to the lit wish."""
    with app.app_context(), unit_of_work() as session:
        wish = session.scalars(select(Wish).where(Wish.code == told.lit)).one()
        print_half(session, told, wish.consent_ref, HALF)
    return f"/stop/{HALF}"


def print_half(session: Session, told: Told, reference: str, token: str) -> None:
    make_stop_code(
        session,
        MakeStopCode(
            community_id=told.community_id,
            reference=reference,
            secret=StopSecret(bytes(16), token_hash(token)),
        ),
        by_id=told.social_worker_id,
        now=NOW,
    )


def test_one_button_without_login_or_cookie_takes_all_of_it_down(
    app: Flask, client: FlaskClient, told: Told, half: str
) -> None:
    assert client.get(f"/wishes/{told.lit}").status_code == 200
    looked = client.get(half)
    assert "马上停止公开" in looked.text
    assert "Set-Cookie" not in looked.headers
    assert looked.headers["Cache-Control"] == "no-store"
    assert client.get(f"/wishes/{told.lit}").status_code == 200, (
        "a preview looks, and changes nothing"
    )
    stopped = client.post(half)
    assert (stopped.status_code, stopped.location) == (303, half)
    assert "已经停止公开" in client.get(half).text
    assert client.get(f"/wishes/{told.lit}").status_code == 404
    assert told.lit not in client.get("/").text
    assert client.post(half).status_code == 303, "a second time is no error"
    with app.app_context(), unit_of_work() as session:
        wish = session.scalars(select(Wish).where(Wish.code == told.lit)).one()
        assert wish.state == "lit", "it is bought all the same"
        kept = session.scalars(
            select(Consent.purpose)
            .outerjoin(ConsentWithdrawal)
            .where(Consent.reference == wish.consent_ref, ConsentWithdrawal.consent_id.is_(None))
        ).all()
        assert kept == ["process"]
        assert session.scalar(select(func.count()).select_from(PublicationStop)) == 1


@SQLITE
def test_no_page_of_a_half_names_a_wish(client: FlaskClient, told: Told, half: str) -> None:
    for page in (client.get(half), client.post(half, follow_redirects=True)):
        assert told.lit not in page.text
        assert "水彩" not in page.text


@SQLITE
def test_a_used_half_says_yes_to_nothing_any_more_but_a_new_sheet_does(
    app: Flask, client: FlaskClient, told: Told, half: str
) -> None:
    client.post(half)
    with app.app_context(), unit_of_work() as session:
        wish = session.scalars(select(Wish).where(Wish.code == told.lit)).one()

        def record(*purposes: Purpose) -> None:
            command = RecordConsents(
                community_id=told.community_id,
                reference=wish.consent_ref,
                terms=terms(frozenset(purposes)),
            )
            record_consents(session, command, by_id=told.social_worker_id, now=NOW)

        with pytest.raises(PublicationStopped):
            record(Purpose.PROCESS, Purpose.PUBLISH_TEXT)
        record(Purpose.PROCESS)
        print_half(session, told, wish.consent_ref, "another")
        record(Purpose.PUBLISH_TEXT)
    assert client.get(f"/wishes/{told.lit}").status_code == 200
    assert client.post(half).status_code == 303, "the old paper is used up"
    assert client.get(f"/wishes/{told.lit}").status_code == 200
    client.post("/stop/another")
    assert client.get(f"/wishes/{told.lit}").status_code == 404


@SQLITE
def test_guesses_at_a_half_are_slowed_and_whoever_holds_one_is_not(
    client: FlaskClient, half: str
) -> None:
    answers = [client.get(f"/stop/guess-{number}").status_code for number in range(202)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert client.get(half).status_code == 200


@SQLITE
def test_a_sheet_is_printed_with_a_code_that_can_be_printed_again(
    app: Flask, client: FlaskClient, told: Told
) -> None:
    with app.app_context(), unit_of_work() as session:
        wish = session.scalars(select(Wish).where(Wish.code == told.waiting)).one()
        by = session.get_one(Person, told.social_worker_id)
    app.extensions["clock"] = lambda: NOW + timedelta(hours=1)
    sign_in(client, by)
    here = next(rule for rule in _desks(client))
    box = f"{here}/wishes/{wish.id}/consents"
    assert client.get(f"{box}/sheet").status_code == 303, "nothing to print yet"
    made = post(client, f"{box}/sheet")
    assert made.location == f"{box}/sheet"
    sheet = client.get(made.location).text
    for said in (
        "想学吹口琴",
        "微心愿知情同意书",
        "不同意公开，心愿一样办",
        "祖父母",
        wish.consent_ref,
    ):
        assert said in sheet, said
    first = client.get(f"{box}/sheet/qr.png").data
    assert first == client.get(f"{box}/sheet/qr.png").data
    assert "再打印这一张" in client.get(box).text
    with app.app_context(), unit_of_work() as session:
        code = session.scalars(select(StopCode)).one()
        assert len(code.salt) == 16


def _desks(client: FlaskClient) -> list[str]:
    location = client.get("/desk/").location
    return [re.sub(r"/$", "", location)]
