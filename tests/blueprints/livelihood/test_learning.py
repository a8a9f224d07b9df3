"""Courses and mentors: seats, who came, proven hours, and notes of which one part is for two alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.actions.livelihood.enterprises import name_helper
from market.domain.people import Role
from market.extensions import reading, unit_of_work
from market.models.people import Community, Person
from market.queries.livelihood.courses import hours_of
from tests.factories import NOW, make_community
from tests.livelihood import MadeEnterprise, card_in, make_enterprise
from tests.people import make_person, post, sign_in

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def place(app: Flask) -> Community:
    app.extensions["clock"] = lambda: NOW
    with app.app_context(), unit_of_work() as work:
        return make_community(work, slug="here")


@pytest.fixture
def people(app: Flask, place: Community) -> tuple[Person, Person, Person]:
    """A social worker, a volunteer who teaches, and another who helps."""
    with app.app_context(), unit_of_work() as work:
        return (
            make_person(work, place, Role.SOCIAL_WORKER),
            make_person(work, place, Role.VOLUNTEER, name="会拍照的志愿者"),
            make_person(work, place, Role.VOLUNTEER),
        )


@pytest.fixture
def made(
    app: Flask, place: Community, people: tuple[Person, Person, Person]
) -> tuple[MadeEnterprise, MadeEnterprise]:
    with app.app_context(), unit_of_work() as work:
        first = make_enterprise(work, place, people[0])
        second = make_enterprise(work, place, people[0], name="另一位测试人")
        name_helper(
            work,
            first.enterprise.id,
            people[2].id,
            community_id=place.id,
            by_id=first.person_id,
            now=NOW,
        )
    return first, second


def test_a_course_has_seats_is_held_and_proves_hours(
    app: Flask,
    client: FlaskClient,
    place: Community,
    people: tuple[Person, Person, Person],
    made: tuple[MadeEnterprise, MadeEnterprise],
) -> None:
    teacher = app.test_client()
    sign_in(teacher, people[1])
    typed = {
        "title": "把杯垫拍好看",
        "skill": "photos",
        "teacher": str(people[1].id),
        "on": "2026-11-22",
        "at": "14:00",
        "minutes": "90",
        "seats": "1",
        "place": "社工站二楼",
    }
    assert post(teacher, "/desk/here/courses/new", {**typed, "seats": "0"}).status_code == 422
    others = {**typed, "teacher": str(people[0].id)}
    assert post(teacher, "/desk/here/courses/new", others).status_code == 422
    course = post(teacher, "/desk/here/courses/new", typed).location
    card_in(client, made[0])
    assert post(client, "/mine/courses/1/seat").status_code == 303
    assert "下一课：把杯垫拍好看" in client.get("/mine/").text
    other = app.test_client()
    card_in(other, made[1])
    assert "报满了" in other.get("/mine/learning").text
    assert post(other, "/mine/courses/1/seat").status_code == 409
    assert post(teacher, f"{course}/attendance", {"came": "1"}).status_code == 409, "not yet"

    app.extensions["clock"] = lambda: NOW + timedelta(days=1, hours=6)
    sign_in(teacher, people[1])
    came = {"came": str(made[0].enterprise.id)}
    assert post(teacher, f"{course}/attendance", came).status_code == 303
    with app.app_context():
        [hours] = hours_of(reading(), place.id)
    assert (hours.person_id, hours.course_minutes) == (people[1].id, 90)
    assert "1.5 小时" in teacher.get("/desk/here/courses").text
    stranger = app.test_client()
    sign_in(stranger, people[2])
    assert post(stranger, f"{course}/attendance", came).status_code == 403


def test_a_mentor_is_found_by_skill_and_private_notes_are_for_two_alone(
    app: Flask,
    client: FlaskClient,
    people: tuple[Person, Person, Person],
    made: tuple[MadeEnterprise, MadeEnterprise],
) -> None:
    worker, mentor, helper = app.test_client(), app.test_client(), app.test_client()
    for browser, who in zip((worker, mentor, helper), people, strict=True):
        sign_in(browser, who)
    post(mentor, "/desk/here/teaching", {"skills": ["photos", "pricing"]})
    card_in(client, made[0])
    post(client, "/mine/learning", {"skills": ["photos"]})
    page = worker.get("/desk/here/mentoring").text
    assert "会拍照的志愿者" in page.partition("谁想学、谁会教")[2].partition("<form")[0]
    pair = {"enterprise": str(made[0].enterprise.id), "mentor": str(people[1].id)}
    two = post(worker, "/desk/here/mentoring", pair).location
    assert post(worker, "/desk/here/mentoring", pair).status_code == 409
    notes = {
        "held_on": "2026-11-20",
        "minutes": "60",
        "shared": "一起拍了三张照片",
        "private": "她担心定价太高",
    }
    assert post(mentor, two, {**notes, "held_on": "2026-12-20"}).status_code == 422
    assert post(mentor, two, notes).status_code == 303
    assert post(worker, two, notes).status_code == 404
    for browser, address, sees in (
        (mentor, two, True),
        (client, "/mine/learning", True),
        (worker, two, False),
        (helper, "/mine/learning", False),
    ):
        text = browser.get(address).text
        assert "一起拍了三张照片" in text
        assert ("她担心定价太高" in text) == sees
    assert helper.get(two).status_code == 404
