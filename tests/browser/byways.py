"""Ways that no link leads: a code asked for, somebody asked in, a mistake of a phone, the vault."""

from __future__ import annotations

import io
import json
import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.proceeds.proposals import (
    ProposeAllocations,
    ProposedItem,
    propose_allocations,
)
from market.actions.proceeds.stopping import MakeStopCode, StopSecret, make_stop_code
from market.actions.sales.quarantine import Reason
from market.cli.demo.livelihood import CARD, PIN
from market.cli.demo.neighbourhood import PASSWORD, SLUG
from market.domain.people import Role
from market.domain.proceeds.purpose import FundPurpose
from market.domain.proceeds.ranking import AllocationRule
from market.extensions import db, unit_of_work
from market.models.ledger import Fund
from market.models.people import Community, Person, RoleGrant, SecondFactor
from market.models.proceeds import Allocation, Wish, WishHold
from market.models.sales import Device, Listing, QuarantinedSale, Till, TillStall
from market.vault.store import Vault
from market.web.sessions import token_hash
from tests import factories
from tests.browser.sample import Sample, ask
from tests.browser.stories import stories
from tests.people import sign_in
from tests.uploads import sale_row
from tests.walking import walk

Samples = Iterator[tuple[str, Sample]]
DESK = f"/desk/{SLUG}"
HALF = "the-half-that-a-guardian-keeps"
MOST_TRIED = 12


def byways(app: Flask) -> Samples:
    """Each page with its template's name; the demo is left as it may be in the middle of its day."""
    clients = {name: _signed(app, name) for name in ("yunduo", "zhima", "shiliu", "nangua")}
    yield from _said(app)
    yield from _code_asked(app)
    yield from _card(clients["nangua"])
    yield from _outside_reviewer(app, clients["yunduo"])
    yield from _wishes(app, clients["yunduo"])
    yield from _mistakes(app, clients["yunduo"])
    yield from _vault(app, clients)
    yield from _livelihood(app, clients["yunduo"])
    yield from _bringing(app, clients["zhima"])
    yield from stories(app, clients)


def _livelihood(app: Flask, desk: FlaskClient) -> Samples:
    """By her own card, and wherever her pages lead; a new card, which is shown once."""
    entrepreneur = app.test_client()
    yield from ask(app.test_client(), f"/mine/card/{CARD}")
    yield from ask(entrepreneur, f"/mine/card/{CARD}", {"pin": PIN})
    yield from ask(entrepreneur, "/mine/choice")
    yield from ask(entrepreneur, "/mine/applications")
    for page in walk(entrepreneur, "entrepreneur", "zh", most=1, starts=("/mine/",)):
        yield page.template, Sample(entrepreneur, page.address, page.html)
    yield from ask(desk, f"{DESK}/enterprises/1/card", {})


def _said(app: Flask) -> Samples:
    """What a visitor is told who said a word about a page."""
    with app.app_context(), Session(db.engine) as session:
        here = session.scalars(select(Community.id).where(Community.slug == SLUG)).one()
    word = {"kind": "other", "words": "下次几点开始？", "community": str(here)}
    yield from ask(app.test_client(), "/concerns", word)


def _code_asked(app: Flask) -> Samples:
    """In a community that wants a code for what weighs much, of somebody with a card."""
    with app.app_context(), unit_of_work() as session:
        strict = factories.make_community(
            session, name="码头社区", slug="strict", second_factor_required=True
        )
        person = session.scalars(select(Person).where(Person.username == "maisui")).one()
        session.add(
            RoleGrant(
                person_id=person.id,
                community_id=strict.id,
                role=str(Role.ADMINISTRATOR),
                granted_at=factories.NOW,
            )
        )
        session.add(
            SecondFactor(
                person_id=person.id,
                on_paper=True,
                salt=secrets.token_bytes(32),
                last_step=1,
                set_up_at=factories.NOW,
            )
        )
        maisui_id = person.id
    client = _signed(app, "maisui")
    yield from ask(client, "/desk/strict/people/invitations/new", {"roles": "volunteer"})
    # Of two communities now, so that one administrator alone may not touch the account.
    yield from ask(_signed(app, "yunduo"), f"{DESK}/people/{maisui_id}/reset-links", {})


def _card(client: FlaskClient) -> Samples:
    yield from ask(client, "/me/second-factor", {"password": PASSWORD, "way": "card"})
    yield from ask(client, "/me/second-factor/card/sheet")


def _outside_reviewer(app: Flask, inviter: FlaskClient) -> Samples:
    """Asked in, come in, and shown what waits."""
    asked = {"organisation": "河岸街道办事处", "fund": "all", "days": "3"}
    [(template, link)] = ask(inviter, f"{DESK}/outside-reviewers/new", asked)
    yield template, link
    outsider = app.test_client()
    [address] = re.findall(r"/join/[\w-]+", link.html)[:1]
    newcomer = {"name": "周老师", "username": "outsider", "new_password": PASSWORD}
    yield from ask(outsider, address, newcomer)
    with app.app_context(), unit_of_work() as session:
        proposal_id = _propose_something(session)
    yield from ask(outsider, f"/review/{SLUG}/proposals/{proposal_id}")


def _propose_something(session: Session) -> int:
    here = session.scalars(select(Community).where(Community.slug == SLUG)).one()
    by = session.scalars(select(Person).where(Person.username == "zhima")).one()
    fund = session.scalars(
        select(Fund).where(Fund.community_id == here.id, Fund.purpose == str(FundPurpose.WISHES))
    ).one()
    wish = session.scalars(
        select(Wish).where(Wish.state == "open", Wish.cost_minor > Wish.funded_minor)
    ).first()
    assert wish is not None
    command = ProposeAllocations(
        community_id=here.id,
        fund_id=fund.id,
        rule=AllocationRule.BY_HAND,
        items=(ProposedItem(amount_minor=1_00, wish_id=wish.id),),
        note="先凑一点",
    )
    return propose_allocations(session, command, by_id=by.id, now=datetime.now(UTC)).id


def _wishes(app: Flask, spender: FlaskClient) -> Samples:
    """Wishes from a list; money on its way back; the sheet a guardian signs, and the half that stays."""
    listed = "心愿\t买什么\n想要一盒水彩\t水彩 45\n想要一部手机\t手机 200"
    yield from ask(spender, f"{DESK}/wishes/list", {"text": listed})
    with app.app_context(), unit_of_work() as session:
        here = session.scalars(select(Community).where(Community.slug == SLUG)).one()
        by = session.scalars(select(Person).where(Person.username == "yunduo")).one()
        left = Allocation.amount_minor > Allocation.spent_minor + Allocation.returned_minor
        commitments = session.scalars(select(Allocation.id).where(left).limit(MOST_TRIED)).all()
        wish = session.scalars(select(Wish).where(Wish.state == "open")).first()
        assert wish is not None
        wish_id = wish.id
        secret = StopSecret(bytes(16), token_hash(HALF))
        half = MakeStopCode(community_id=here.id, reference=wish.consent_ref, secret=secret)
        make_stop_code(session, half, by_id=by.id, now=datetime.now(UTC))
    for allocation_id in commitments:
        back = {"what": "whole", "reason": "买到了更便宜的"}
        yield from ask(spender, f"{DESK}/commitments/{allocation_id}/return", back)
    yield from ask(spender, f"{DESK}/wishes/{wish_id}/consents/sheet", {})
    yield from ask(app.test_client(), f"/stop/{HALF}")


def _mistakes(app: Flask, preparer: FlaskClient) -> Samples:
    """A record set aside; a list that was pasted; a charity's market that is not filed yet."""
    with app.app_context(), unit_of_work() as session:
        here = session.scalars(select(Community).where(Community.slug == SLUG)).one()
        by = session.scalars(select(Person).where(Person.username == "yunduo")).one()
        aside_id = _set_aside(session)
        bare = factories.make_market_day(session, here, by, name="明年的市集")
        charity = factories.make_holder(session, here, kind="charity", name="暖阳慈善基金会")
        factories.make_legal_basis(session, bare, charity, kind="A")
        bare_id = bare.id
    market = f"{DESK}/markets/{bare_id}"
    yield from ask(preparer, f"{DESK}/set-aside/{aside_id}")
    pasted = "1. 小明妈妈 手工皂 15元\n2. 张阿姨 饺子 二十块钱 30份\n3. 王师傅 理发 20分钟 免费"
    yield from ask(preparer, f"{market}/pasted/offers", {"text": pasted})
    yield from ask(preparer, f"{market}/filing", {"filing_number": ""})
    listed = (
        "种类,心愿,买什么,多少钱,主题\n物品,想要一盒水彩,水彩,20,画画\n物品,我叫王小明,书,二十,读书"
    )
    yield from ask(preparer, f"{DESK}/wishes/list", {"text": listed})


def _set_aside(session: Session) -> int:
    """A sale that a phone told in another way than it is written down."""
    till = session.scalars(select(Till).order_by(Till.id.desc())).first()
    assert till is not None
    stalls = select(TillStall.stall_id).where(TillStall.till_id == till.id)
    listing = session.scalars(select(Listing).where(Listing.stall_id.in_(stalls))).first()
    device = session.scalars(
        select(Device).where(Device.market_day_id == till.market_day_id)
    ).first()
    assert listing is not None
    assert device is not None
    content = json.dumps(sale_row(factories.make_sale(till.id, device.id, listing)))
    row = QuarantinedSale(
        till_id=till.id,
        device_id=device.id,
        sale_id=None,
        content=content,
        hash=secrets.token_bytes(32),
        reason=str(Reason.UNKNOWN_LISTING),
        received_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    return row.id


def _vault(app: Flask, clients: dict[str, FlaskClient]) -> Samples:
    """A child's file, made up: opened, changed, erased; a photo covered; a sample; no key."""
    worker, second, auditor = (clients[name] for name in ("zhima", "yunduo", "shiliu"))
    files = dict(ask(worker, f"{DESK}/vault"))["vault/files.html"].html
    labels = re.findall(rf"{DESK}/vault/([\w-]*\d[\w-]*)\"", files)
    with app.app_context(), Session(db.engine) as session:
        codes = session.scalars(select(Wish.code).order_by(Wish.id)).all()
    label = labels[0]
    yield from ask(worker, f"{DESK}/vault/{label}")
    yield from ask(worker, f"{DESK}/vault/{label}/readings", {"purpose": "delivery"})
    for rest in ("changes", "erasure", "pictures/new"):
        yield from ask(worker, f"{DESK}/vault/{label}/{rest}")
    yield from _picture(worker, second, f"{DESK}/vault/{label}/pictures/new", codes)
    yield from ask(auditor, f"{DESK}/vault/samples")
    yield from ask(auditor, f"{DESK}/vault/samples", {})
    yield from _closed_vault(app, second)


def _picture(worker: FlaskClient, second: FlaskClient, form: str, codes: Sequence[str]) -> Samples:
    """A photo for the first wish that is this child's, as who took it and as who covers it sees it."""
    for code in codes:
        for template, sample in ask(worker, form, {"code": code, "photo": _photo()}):
            if template == "vault/picture.html":
                yield from ask(second, sample.address)
                return


def _closed_vault(app: Flask, client: FlaskClient) -> Samples:
    open_one = app.extensions["vault"]
    app.extensions["vault"] = Vault("", "", "")
    yield from ask(client, f"{DESK}/vault")
    app.extensions["vault"] = open_one


def _bringing(app: Flask, worker: FlaskClient) -> Samples:
    """A neighbour offers to bring a thing, and leaves a telephone to be called at."""
    with app.app_context(), Session(db.engine) as session:
        waiting = select(Wish.code).where(Wish.state == "open", Wish.funded_minor == 0)
        codes = session.scalars(waiting.order_by(Wish.id)).all()
    for code in codes:
        for template, sample in ask(app.test_client(), f"/wishes/{code}/hold"):
            yield template, sample
            typed = {"called": "楼下的阿姨", "phone": "13800001234"}
            yield from ask(app.test_client(), f"/wishes/{code}/hold", typed)
    with app.app_context(), Session(db.engine) as session:
        holds = session.scalars(select(WishHold.id).order_by(WishHold.id.desc())).all()
    for hold_id in holds[:MOST_TRIED]:
        yield from ask(worker, f"{DESK}/vault/holds/{hold_id}")


def _photo() -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (320, 240), "white").save(raw, "JPEG")
    return raw.getvalue()


def _signed(app: Flask, username: str) -> FlaskClient:
    with app.app_context(), Session(db.engine) as session:
        person = session.scalars(select(Person).where(Person.username == username)).one()
    client = app.test_client()
    sign_in(client, person)
    return client
