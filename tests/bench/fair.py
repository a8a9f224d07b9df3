"""A market day to measure at: some tills, a volunteer at each, and a basket of three things."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask

from market.actions.sales.recording import Outcome, record_sales
from market.domain.identifiers import uuid7
from market.domain.people import Role
from market.domain.sales import receipt_code
from market.domain.sales.sale import Sale, SaleLine, Tender
from market.extensions import unit_of_work
from market.models import Base
from market.models.people import Community, Person
from market.models.sales import MarketDay
from tests import factories
from tests.bench.bare import Rows
from tests.bench.client import request
from tests.factories import NOW
from tests.people import form_token, make_cast, make_person, sign_in

_SOLD_AT = NOW + timedelta(hours=1)
COOKIE = "market"
_COLUMNS = [column.name for column in Base.metadata.tables["sale"].columns]
_SEQUENCE_AND_CODE = _COLUMNS.index("sequence"), _COLUMNS.index("code")


@dataclass(frozen=True, slots=True)
class Booth:
    """A till, the phone and the volunteer at it, and what every buyer there takes."""

    till_id: int
    device_id: int
    volunteer: Person
    lines: tuple[SaleLine, ...]

    @property
    def due_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)

    def sales(self, how_many: int) -> list[Sale]:
        """So many sales as the phone would fix them."""
        numbers = count(secrets.randbelow(2**30) + 1)
        return [
            Sale(
                id=uuid7(_SOLD_AT, secrets.token_bytes),
                till_id=self.till_id,
                device_id=self.device_id,
                sequence=next(numbers),
                code=receipt_code.mint(secrets.token_bytes),
                tender=Tender.CASH,
                lines=self.lines,
                phone_at=_SOLD_AT,
            )
            for _ in range(how_many)
        ]


@dataclass(frozen=True, slots=True)
class Fair:
    community: Community
    market_day: MarketDay
    booths: tuple[Booth, ...]


def hold_fair(tills: int) -> Fair:
    """Write a market day down and open it; for a context of the application."""
    with unit_of_work() as session:
        here = factories.make_community(session)
        cast = make_cast(session, here)
        day = factories.make_market_day(session, here, cast.social_worker)
        holder = factories.make_holder(session, here, kind="bank", name="居委会账户")
        wishes = factories.make_fund(session, here)
        enterprise = factories.make_fund(session, here, purpose="enterprise", name="助残创业专款")
        weaver = factories.make_party(session, here)
        factories.make_legal_basis(session, day, holder)
        factories.make_policy(session, day, (wishes, 70), (enterprise, 30))
        factories.make_opening(session, day, cast.social_worker)
        booths = []
        for _ in range(tills):
            stall = factories.make_stall(session, day)
            goods = [
                factories.make_listing(session, stall),
                factories.make_listing(session, stall, price_minor=8_00, stock=10**8),
                factories.make_listing(
                    session, stall, price_minor=60_00, consignor_id=weaver.id, share_bp=8000
                ),
            ]
            volunteer = make_person(session, here, Role.VOLUNTEER)
            till = factories.make_till(session, day, [stall], volunteer)
            lines = tuple(factories.make_line(place, one) for place, one in enumerate(goods, 1))
            device = factories.make_device(session, day, volunteer)
            booths.append(Booth(till.id, device.id, volunteer, lines))
    return Fair(here, day, tuple(booths))


def record(booth: Booth, sales: Sequence[Sale]) -> None:
    """Record the sales in one unit of work; all of them must be new."""
    with unit_of_work() as session:
        results = record_sales(session, booth.till_id, sales, received_at=_SOLD_AT)
    if any(result.outcome is not Outcome.CREATED for result in results):
        message = f"not recorded: {results[0]}"
        raise RuntimeError(message)


def again(rows: Rows, booth: Booth, how_many: int) -> list[Rows]:
    """The same sale so many times, under new names, as the driver takes it."""
    return [_renamed(rows, sale) for sale in booth.sales(how_many)]


def sale_posts(app: Flask, fair: Fair, booth: Booth, port: int, how_many: int) -> list[bytes]:
    """What a signed-in volunteer's browser sends when she has taken the money, so many times."""
    client = app.test_client()
    sign_in(client, booth.volunteer)
    token = form_token(client)
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    headers = {
        "Cookie": f"{COOKIE}={cookie.value}",
        "Accept-Language": "zh-CN,zh;q=0.9",
        "User-Agent": "bench",
        "Referer": f"http://127.0.0.1:{port}/till/{fair.community.slug}/{booth.till_id}/check",
    }
    basket = {f"q{line.listing_id}": line.quantity for line in booth.lines}
    path = f"/till/{fair.community.slug}/{booth.till_id}/sales"
    return [
        request("POST", path, port, headers, urlencode(fields).encode())
        for fields in (
            {
                "csrf_token": token,
                "sale_id": str(uuid7(_SOLD_AT, secrets.token_bytes)),
                "code": receipt_code.mint(secrets.token_bytes),
                **basket,
                "due": booth.due_minor,
                "tender": "cash",
            }
            for _ in range(how_many)
        )
    ]


def _renamed(rows: Rows, sale: Sale) -> Rows:
    """Id, receipt code and number are unique; the driver's kind of id is kept."""
    kept = rows.sale[0]
    name = sale.id if isinstance(kept, UUID) else sale.id.hex
    number, code = _SEQUENCE_AND_CODE
    own = list(rows.sale)
    own[0], own[number], own[code] = name, sale.sequence, sale.code
    return Rows(tuple(own), tuple((name, *line[1:]) for line in rows.lines))
