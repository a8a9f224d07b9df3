"""One sample of every kind of page: from walks through the demo, and a few ways that no link leads."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from market.blueprints.sales.count_codes import code_of
from market.cli.demo.neighbourhood import PASSWORD, SLUG
from market.domain.people import Role
from market.domain.sales import receipt_code
from market.extensions import db, unit_of_work
from market.models.people import Community, Person, RoleGrant
from market.models.proceeds import Wish
from market.models.sales import CashCount, MarketDay, SalePosition, Slip
from tests import factories
from tests.browser.byways import byways
from tests.browser.sample import CHINESE, ENGLISH, Sample, ask, in_english
from tests.factories import NOW
from tests.passes import make_pass, make_phone
from tests.people import sign_in
from tests.walking import walk

ANYBODY = "anybody"
WALKERS = (ANYBODY, "yunduo", "qingning", "nangua")
"""Nobody signed in, an administrator who is a social worker too, a treasurer, a volunteer."""
IDS = range(1, 13)
MOST_TRIED = 5
ERRORS = (403, 404, 409, 422, 429, 500, 503)
DESK = f"/desk/{SLUG}"
TYPED = (
    f"{DESK}/lighting",
    f"{DESK}/listings/1/slots",
    f"{DESK}/markets/1/disclosure",
    f"{DESK}/markets/3/basis",
    f"{DESK}/markets/3/policy",
    f"{DESK}/outside-reviewers",
    f"{DESK}/outside-reviewers/new",
    f"{DESK}/people/second-factor/losses",
    f"{DESK}/vouchers/1/reversal",
    *(f"{DESK}/wishes/1/{what}" for what in ("review", "hold", "priority", "follow-up")),
    *(f"{DESK}/wishes/1/{what}" for what in ("companions", "companions/confirmation")),
    *(f"{DESK}/wishes/1/{what}" for what in ("thanks", "thanks/review")),
    "/mine/sign-in",
    "/till/shell",
    f"/till/{SLUG}/1/closure",
    f"/till/{SLUG}/unserved",
)
"""Addresses that no link of these days shows, each at a first of its kind."""
TEMPLATES = Path(__file__).parents[2] / "templates"
NO_PAGES = ("components", "layouts")
"""Parts of pages."""
PAGES = frozenset(
    str(file.relative_to(TEMPLATES))
    for file in TEMPLATES.rglob("*/*.html")
    if not file.name.startswith("_") and file.parent.name not in NO_PAGES
)


class Samples:
    """The first page that each template drew, in Chinese and in English."""

    def __init__(self) -> None:
        self.of: dict[str, Sample] = {}
        self.english: dict[str, str] = {}

    @property
    def missing(self) -> frozenset[str]:
        return PAGES - self.of.keys()

    def keep(self, template: str, sample: Sample) -> None:
        """At once in English too: a step later the same address may show another page."""
        # A part that a script puts into its page is no page.
        if template in self.missing:
            self.of[template] = sample
            self.english[template] = in_english(sample, template)


def samples_of(app: Flask) -> Samples:
    """Walk through the demo, then along byways; what is still missing is guessed at."""
    clients = _clients(app)
    found = Samples()
    reached: set[str] = set()
    _errors(app, found)
    for who, client in clients.items():
        for page in walk(client, who, "zh", most=2):
            reached.add(urlsplit(page.address).path)
            found.keep(page.template, Sample(client, page.address, page.html))
    for template, sample in _off_the_path(app, clients):
        found.keep(template, sample)
    _guess(app, clients, reached, found)
    return found


def _clients(app: Flask) -> dict[str, FlaskClient]:
    clients = {who: app.test_client() for who in WALKERS}
    with app.app_context(), Session(db.engine) as session:
        people = {person.username: person for person in session.scalars(select(Person))}
    for who in WALKERS:
        if who in people:
            sign_in(clients[who], people[who])
    return clients


def _off_the_path(app: Flask, clients: dict[str, FlaskClient]) -> Iterator[tuple[str, Sample]]:
    """Pages that a refusal, a printed code, a first step or somebody's second community leads to."""
    yield from _wishes(app)
    yield from _of_people(app, clients["yunduo"])
    yield from _by_codes(app, clients["yunduo"])
    yield from _preparing(app, clients["yunduo"])
    yield from ask(clients["nangua"], "/me/second-factor", {"password": PASSWORD, "way": "app"})
    yield from ask(clients["nangua"], "/me/second-factor/new")
    for address, client in product(TYPED, clients.values()):
        yield from ask(client, address)
    yield from byways(app)


def _preparing(app: Flask, preparer: FlaskClient) -> Iterator[tuple[str, Sample]]:
    """A market that has nothing yet; a sale that may be given back."""
    with app.app_context(), unit_of_work() as session:
        here = session.scalars(select(Community).where(Community.slug == SLUG)).one()
        by = session.scalars(select(Person).where(Person.username == "yunduo")).one()
        bare = factories.make_market_day(session, here, by, name="明年的市集")
        closed = select(SalePosition.sale_id).order_by(SalePosition.sale_id)
        sales = session.scalars(closed.limit(MOST_TRIED)).all()
        bare_id = bare.id
    yield from ask(preparer, f"{DESK}/markets/{bare_id}/basis/B")
    for sale_id in sales:
        yield from ask(preparer, f"{DESK}/sales/{sale_id}/refund")


def _errors(app: Flask, found: Samples) -> None:
    """Refusals as they are drawn wherever something is not as it should be."""
    for status in ERRORS:
        template = f"errors/{status}.html"
        with app.test_request_context("/", headers=CHINESE):
            found.of[template] = Sample(app.test_client(), "/nowhere", render_template(template))
        with app.test_request_context("/", headers=ENGLISH):
            found.english[template] = render_template(template)


def _wishes(app: Flask) -> Iterator[tuple[str, Sample]]:
    client = app.test_client()
    with app.app_context(), Session(db.engine) as session:
        codes = session.scalars(select(Wish.code).order_by(Wish.id)).all()
    for code in codes:
        yield from ask(client, f"/wishes/{code}")


def _of_people(app: Flask, administrator: FlaskClient) -> Iterator[tuple[str, Sample]]:
    with app.app_context(), unit_of_work() as session:
        elsewhere = factories.make_community(session, name="河岸社区")
        busy = session.scalars(select(Person).where(Person.username == "doubao")).one()
        grant = {"role": str(Role.REVIEWER), "granted_at": NOW}
        session.add(RoleGrant(person_id=busy.id, community_id=elsewhere.id, **grant))
        own = session.scalars(select(Person.id).where(Person.username == "yunduo")).one()
    of_two = app.test_client()
    sign_in(of_two, busy)
    yield from ask(of_two, "/desk/")
    people = f"{DESK}/people"
    yield from ask(administrator, f"{people}/{own}/reset-links", {})
    for template, invited in ask(
        administrator, f"{people}/invitations/new", {"roles": "volunteer"}
    ):
        yield template, invited
        for address in re.findall(r"/join/[\w-]+", invited.html)[:1]:
            yield from ask(app.test_client(), address)


def _by_codes(app: Flask, preparer: FlaskClient) -> Iterator[tuple[str, Sample]]:
    """What stands behind the codes that are scanned: at a stall, at a count, on a slip on its way."""
    code = receipt_code.mint(secrets.token_bytes)
    with app.app_context(), unit_of_work() as session:
        by = session.scalars(select(Person).where(Person.username == "yunduo")).one()
        days = session.scalars(select(MarketDay).order_by(MarketDay.held_on)).all()
        passes = [
            make_pass(session, factories.make_stall(session, day, number="X"), by) for day in days
        ]
        phone = make_phone(session, passes[-1])
        session.add(Slip(code=code, device_id=phone.device.id, minted_at=datetime.now(UTC)))
        counted = session.scalars(select(CashCount)).first()
        second = code_of(counted.till_id, counted.counted_at) if counted else ""
        device_id = phone.device.id
    anybody, seller = app.test_client(), app.test_client()
    for one in passes:
        yield from ask(anybody, f"/p/{one.token}")
    phone.carried_by(seller)
    yield from ask(seller, "/till/phone")
    yield from ask(anybody, f"/r/{code}")
    yield from ask(anybody, f"/till/{SLUG}/second/{second}")
    yield from ask(preparer, f"{DESK}/phones/{device_id}/revocation")


def _guess(app: Flask, clients: dict[str, FlaskClient], reached: set[str], found: Samples) -> None:
    """Pages of routes that no link led to: ask for the first ids there are, as each of the people."""
    known = {app.url_map.bind("localhost").match(path)[0] for path in reached}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in known or "GET" not in (rule.methods or ()):
            continue
        for address, client in product(_addresses(rule), clients.values()):
            if not found.missing:
                return
            fresh = [one for one in ask(client, address) if one[0] in found.missing]
            for template, sample in fresh:
                found.keep(template, sample)
            if fresh:
                break


def _addresses(rule: Rule) -> Iterator[str]:
    """The rule with ids for its numbers; none where it wants a code or a word."""
    wanted = rule.arguments - {"community"}
    if not all(f"<int:{name}>" in rule.rule for name in wanted):
        return
    for number in IDS if wanted else (1,):
        yield re.sub(r"<int:\w+>", str(number), rule.rule.replace("<community>", SLUG))
