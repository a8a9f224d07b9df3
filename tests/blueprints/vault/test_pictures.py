"""Pictures of things: kept in the vault, covered and passed by another, shown after delivery, gone at once."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update

from market.actions.proceeds.consents import WithdrawConsents, withdraw_consents
from market.domain.proceeds.consent import Purpose
from market.extensions import unit_of_work
from market.models.people import Person
from market.models.proceeds import Wish, WishPicture
from market.vault.store import Vault
from market.vault.wishes import link_wish
from tests.factories import NOW
from tests.people import form_token, post, sign_in
from tests.vaults import child_in, with_vault
from tests.wishes import BOTH, Stage, consent, enter, make_stage, open_now, review

SQLITE = pytest.mark.parametrize(("databases", "vaults"), [("sqlite", "sqlite")], indirect=True)
ON_BOTH = pytest.mark.parametrize(
    ("databases", "vaults"), [("sqlite", "sqlite"), ("postgresql", "postgresql")], indirect=True
)
NOBODY = {"face": "no", "name": "no", "school": "no", "door": "no"}


@pytest.fixture
def stage(app: Flask, vault: Vault) -> Stage:
    with with_vault(app, vault).app_context(), unit_of_work() as work:
        return make_stage(work)


@pytest.fixture
def delivered(app: Flask, stage: Stage) -> Wish:
    with app.app_context(), unit_of_work() as work:
        wish = enter(work, stage)
        review(work, stage, wish)
        consent(work, stage, wish, purposes=BOTH | {Purpose.PUBLISH_PICTURE})
        open_now(work, stage, wish)
        work.execute(update(Wish).values(state="delivered"))
        return wish


def signed(app: Flask, person: Person) -> FlaskClient:
    client = app.test_client()
    sign_in(client, person)
    return client


def photo(*, exif: bytes = b"") -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (800, 600), "white").save(raw, "JPEG", exif=exif)
    return raw.getvalue()


def upload(client: FlaskClient, page: str, code: str, raw: bytes) -> str:
    said = client.post(
        page,
        data={"code": code, "photo": (io.BytesIO(raw), "a.jpg"), "csrf_token": form_token(client)},
    )
    return said.location if said.status_code == 303 else said.text


@ON_BOTH
def test_a_picture_goes_from_the_vault_to_the_page_and_away_again(
    app: Flask, stage: Stage, vault: Vault, delivered: Wish
) -> None:
    child = child_in(vault, community_id=stage.community.id)
    page = f"/desk/{stage.community.slug}/vault/{child.label}/pictures/new"
    worker, reviewer = (signed(app, who) for who in (stage.cast.social_worker, stage.cast.reviewer))
    assert "没有连在这份档案上" in upload(worker, page, delivered.code, photo())
    with vault.working() as opened:
        link_wish(
            opened,
            child.id,
            delivered.code,
            community_id=stage.community.id,
            random_bytes=lambda number: bytes(range(number)),
        )
    for raw in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", photo()[:300]):
        refused = upload(worker, page, delivered.code, raw)
        assert "打不开这张照片" in refused or "还没有选文件" in refused
        assert f'value="{delivered.code}"' in refused
    look = upload(worker, page, delivered.code, photo())
    assert post(worker, look, NOBODY).status_code == 403
    shown = reviewer.get(look)
    assert "看得到人脸吗" in shown.text
    assert shown.headers["Cache-Control"] == "private, no-store"
    original = reviewer.get(f"{look}/original")
    assert original.headers["Cache-Control"] == "private, no-store"
    said = post(reviewer, look, NOBODY | {"door": "yes", "cell": "0-0"})
    assert said.status_code == 422
    assert 'value="0-0" checked' in said.text
    assert kept(app) == []
    assert post(reviewer, look, NOBODY | {"cell": ["0-0", "5-7"]}).status_code == 303
    [address] = kept(app)
    anybody = app.test_client()
    public = anybody.get(f"/wishes/{delivered.code}").text
    assert address in public
    seen = anybody.get(f"/pictures/{address}")
    assert seen.mimetype == "image/webp"
    assert "max-age=20" in seen.headers["Cache-Control"]
    assert "immutable" not in seen.headers["Cache-Control"]
    with Image.open(io.BytesIO(seen.data)) as image:
        corners = [
            image.convert("RGB").getpixel(place) for place in ((20, 20), (780, 580), (400, 300))
        ]
    assert [sum(one) < 60 for one in corners] == [True, True, False]  # type: ignore[arg-type]
    with app.app_context(), unit_of_work() as work:
        withdraw_consents(
            work,
            WithdrawConsents(
                community_id=stage.community.id,
                reference=delivered.consent_ref,
                purposes=frozenset({Purpose.PUBLISH_PICTURE}),
            ),
            by_id=stage.by,
            now=NOW,
        )
    assert anybody.get(f"/pictures/{address}").status_code == 404
    page_now = anybody.get(f"/wishes/{delivered.code}")
    assert page_now.status_code == 200
    assert address not in page_now.text


@SQLITE
def test_before_delivery_and_once_taken_back_an_address_leads_nowhere(
    app: Flask, stage: Stage, delivered: Wish
) -> None:
    with app.app_context(), unit_of_work() as work:
        picture = WishPicture(
            wish_id=delivered.id,
            address="x" * 32,
            webp=b"",
            width=1,
            height=1,
            uploaded_by_id=stage.by,
            approved_by_id=stage.second,
            approved_at=NOW,
        )
        work.add(picture)
        work.execute(update(Wish).values(state="bought"))
        work.flush()
        number = picture.id
    anybody = app.test_client()
    assert anybody.get(f"/pictures/{'x' * 32}").status_code == 404
    with app.app_context(), unit_of_work() as work:
        work.execute(update(Wish).values(state="delivered"))
    assert anybody.get(f"/pictures/{'x' * 32}").status_code == 200
    worker = signed(app, stage.cast.social_worker)
    wish = f"/desk/{stage.community.slug}/wishes/{delivered.id}"
    assert "撤下" in worker.get(wish).text
    assert post(worker, f"{wish}/pictures/{number}/removal").status_code == 303
    assert anybody.get(f"/pictures/{'x' * 32}").status_code == 404
    assert kept(app) == []


def kept(app: Flask) -> list[str]:
    with app.app_context(), unit_of_work() as work:
        return list(work.scalars(select(WishPicture.address)))
