"""Her public page: nothing without her, every word by itself, gone when she takes it back."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.people import Community, Person
from tests.factories import NOW, make_community, make_listing, make_market_day, make_stall
from tests.livelihood import MadeEnterprise, card_in, make_enterprise
from tests.people import make_person, post, sign_in

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)

SAID = {
    "name": "针线布包",
    "product": "手缝布包和零钱袋",
    "words": "每一针都是自己缝的。",
    "buying": "平时在社工站一楼货架",
    "goal": "做一批帆布袋",
}


@pytest.fixture
def place(app: Flask) -> Community:
    app.extensions["clock"] = lambda: NOW
    with app.app_context(), unit_of_work() as work:
        return make_community(work, slug="here")


@pytest.fixture
def worker(app: Flask, place: Community) -> Person:
    with app.app_context(), unit_of_work() as work:
        return make_person(work, place, Role.SOCIAL_WORKER)


@pytest.fixture
def made(app: Flask, place: Community, worker: Person) -> MadeEnterprise:
    with app.app_context(), unit_of_work() as work:
        made = make_enterprise(work, place, worker)
        day = make_market_day(work, place, worker, name="冬至市集")
        stall = make_stall(work, day, number="7", name="布艺摊")
        terms = {"consignor_id": made.enterprise.party_id, "share_bp": 8000}
        make_listing(work, stall, name="零钱袋", **terms)
    return made


def test_every_word_is_shown_by_itself_and_taken_back_by_itself(
    app: Flask, client: FlaskClient, made: MadeEnterprise
) -> None:
    public, address = app.test_client(), f"/enterprises/{made.enterprise.code}"
    card_in(client, made)
    assert public.get(address).status_code == 404
    assert post(client, "/mine/page", {**SAID, "page_shown": "y"}).status_code == 422, (
        "says nothing"
    )
    for field, words in SAID.items():
        shown = {"product_shown": "y", f"{field}_shown": "y", "page_shown": "y"}
        assert post(client, "/mine/page", {**SAID, **shown}).status_code == 303
        page = public.get(address).text
        assert words in page
        hidden = [other for one, other in SAID.items() if one not in {field, "product"}]
        assert not [word for word in hidden if word in page]
        assert "冬至市集" in page
        assert "7 · 布艺摊" in page
    assert "手缝布包和零钱袋" in public.get("/enterprises").text
    assert post(client, "/mine/page/withdrawal").status_code == 303
    assert public.get(address).status_code == 404
    assert "手缝布包和零钱袋" not in public.get("/enterprises").text


def test_no_diagnosis_stands_on_it(client: FlaskClient, made: MadeEnterprise) -> None:
    card_in(client, made)
    told = {**SAID, "words": "我是一名残疾人", "product_shown": "y"}
    refused = post(client, "/mine/page", told)
    assert refused.status_code == 422
    assert "请去掉“残疾”" in refused.text


def test_a_picture_is_seen_only_while_it_is_shown(
    app: Flask, client: FlaskClient, made: MadeEnterprise
) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawn, "PNG")
    drawn.seek(0)
    card_in(client, made)
    assert post(client, "/mine/page/picture", {"picture": (drawn, "bag.png")}).status_code == 303
    assert client.get("/mine/page/picture").mimetype == "image/webp"
    shown = {**SAID, "product_shown": "y", "picture_shown": "y", "page_shown": "y"}
    post(client, "/mine/page", shown)
    public = app.test_client()
    page = public.get(f"/enterprises/{made.enterprise.code}").text
    address = page.partition('src="/enterprises/pictures/')[2].partition('"')[0]
    assert public.get(f"/enterprises/pictures/{address}").status_code == 200
    post(client, "/mine/page", {**shown, "picture_shown": ""})
    assert public.get(f"/enterprises/pictures/{address}").status_code == 404


def test_she_names_who_helps_and_the_helper_approves_nothing_of_hers(
    app: Flask, client: FlaskClient, place: Community, made: MadeEnterprise
) -> None:
    with app.app_context(), unit_of_work() as work:
        friend = make_person(work, place, Role.TREASURER)
    card_in(client, made)
    assert post(client, "/mine/helpers", {"person": str(friend.id)}).status_code == 303
    assert post(client, "/mine/helpers", {"person": str(friend.id)}).status_code == 409
    helper = app.test_client()
    sign_in(helper, friend)
    assert "您在帮" in helper.get("/mine/helpers").text
    assert post(helper, "/mine/helpers/card", {"name": "表姐"}).status_code != 303
    declared = helper.get(f"/desk/here/parties/{made.enterprise.party_id}").text
    assert friend.name in declared.partition("利益关系申报")[2]
    assert post(client, "/mine/helpers/card", {"name": "表姐"}).status_code == 200
    page = client.get("/mine/helpers").text
    assert "有 2 位帮手" in page
    ends = [part.partition('"')[0] for part in page.split('action="/mine/helpers/')[1:]]
    first = next(one for one in ends if one.endswith("/end"))
    assert post(client, f"/mine/helpers/{first}").status_code == 303
    assert helper.get("/mine/").status_code == 404
