"""Where bytes leave to: public pages, the desk's pages and exports, the log, what is kept, backups."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from market.cli.demo.neighbourhood import SLUG
from market.domain.people import Role
from market.extensions import db, unit_of_work
from market.models.people import Community
from market.models.proceeds import Wish, WishPicture
from market.models.sales import Listing, MarketDay, Sale, Stall
from market.web.kept import Kept
from market.web.logs import JsonLines
from tests.canary.crawler import WELL_KNOWN, Answer, Crawler
from tests.canary.marks import Watch
from tests.house.doors import PUBLIC
from tests.people import make_person, sign_in

OF_A_KIND = 6
"""The next hundred receipts, the next stall's services are the same page again; `python -m
tests.canary` goes to all of them. Of wishes and pictures none is left out here either."""
ALIKE = ("public.receipt", "public.receipt_qr", "public.receipt_trace", "public.service")
NEED_A_SECRET = frozenset(
    {
        "livelihood.card",
        "metrics",
        "people.join",
        "public.booking",
        "public.booking_cancel",
        "public.concern",
        "public.stop",
        "public.stop_now",
        "sales.count_second",
        "sales.stall_pass_join",
    }
)
"""Public, but found by nobody: their address is a secret of its own."""
ONLY_SENT_TO = frozenset({"people.sign_out", "vault.hold_ask"})
NONE_IN_THE_DEMO = frozenset({"livelihood.public_enterprise_picture"})


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer that was looked at: how long it was, and whose marks it told."""

    address: str
    status: int
    size: int
    found: tuple[str, ...]


def public_answers(
    app: Flask, watch: Watch, *, most_alike: int | None, most: int | None = None
) -> list[Seen]:
    """Everything that somebody gets who is not signed in, wherever a link or a file leads them."""
    at_most = {} if most_alike is None else dict.fromkeys(ALIKE, most_alike)
    crawler = Crawler(app.test_client(), most=most, at_most=at_most)
    return list(_looked_at(crawler.crawl(_known(app)), watch))


def missing(app: Flask, answers: list[Seen]) -> list[str]:
    """Public pages that none of these answers came from."""
    routes = app.url_map.bind("localhost")
    reached = set()
    for one in answers:
        if one.status == 200:
            reached.add(routes.match(one.address.partition("?")[0])[0])
    return sorted(PUBLIC - reached - NEED_A_SECRET - ONLY_SENT_TO - NONE_IN_THE_DEMO)


def desk_answers(app: Flask, watch: Watch, *, most: int) -> list[Seen]:
    """Pages and exports of somebody with every role; files of the vault are opened by a form only."""
    with app.app_context(), unit_of_work() as session:
        here = session.scalars(select(Community).where(Community.slug == SLUG)).one()
        person = make_person(session, here, *Role)
    client = app.test_client()
    sign_in(client, person)
    crawler = Crawler(client, most=most, languages=("zh",))
    return list(_looked_at(crawler.crawl(["/desk/", "/me"]), watch))


@contextmanager
def logged(app: Flask) -> Iterator[io.StringIO]:
    """Every line that is logged meanwhile: ours as we write it, others' as they come."""
    lines = io.StringIO()
    ours, others = logging.StreamHandler(lines), logging.StreamHandler(lines)
    ours.setFormatter(JsonLines())
    others.addFilter(lambda record: not record.name.startswith(app.name))
    logging.getLogger(app.name).addHandler(ours)
    logging.getLogger().addHandler(others)
    yield lines
    logging.getLogger(app.name).removeHandler(ours)
    logging.getLogger().removeHandler(others)


def kept_in(app: Flask) -> list[tuple[str, bytes]]:
    """What the application keeps to answer faster."""
    return [
        (f"kept: {name}", repr(value._values).encode())  # noqa: SLF001 - all that is in it
        for name, value in app.extensions.items()
        if isinstance(value, Kept)
    ]


def backups(app: Flask, folder: Path) -> list[tuple[str, bytes]]:
    """What a backup writes, and the databases as they lie on the disk, the vault's among them."""
    made = app.test_cli_runner().invoke(args=["backup", str(folder / "all.copy")])
    assert made.exit_code == 0, made.output
    settings = app.extensions["settings"]
    urls = (settings.database_url, settings.vault_database_url, settings.vault_keys_url)
    files = [Path(url.removeprefix("sqlite:///")) for url in urls]
    files += [Path(f"{file}-wal") for file in files]
    return [
        (f"on the disk: {file.name}", file.read_bytes())
        for file in (*files, *folder.iterdir())
        if file.exists()
    ]


def _looked_at(answers: Iterator[Answer], watch: Watch) -> Iterator[Seen]:
    """Each answer, looked at once: the same bytes need no second look."""
    known: dict[int, tuple[str, ...]] = {}
    for one in answers:
        body = hash(one.told.partition(b"\r\n\r\n")[2])
        if body not in known:
            known[body] = tuple(watch.found_in(one.told))
        found = known[body] or tuple(watch.found_in(one.told.partition(b"\r\n\r\n")[0]))
        yield Seen(one.address, one.status, len(one.told), found)


def _known(app: Flask) -> list[str]:
    """Every address that can be put together from what is public."""
    with app.app_context(), db.engine.connect() as connection:
        wishes = connection.execute(select(Wish.code)).scalars().all()
        pictures = connection.execute(select(WishPicture.address)).scalars().all()
        receipts = connection.execute(select(Sale.code)).scalars().all()
        listings = connection.execute(
            select(MarketDay.slug, Listing.id)
            .join(Stall, Stall.market_day_id == MarketDay.id)
            .join(Listing, Listing.stall_id == Stall.id)
        ).all()
    found = ["/", "/till/", "/till/shell", "/till/worker.js", "/mine/sign-in", *WELL_KNOWN]
    found += [f"/wishes/{code}{rest}" for code in wishes for rest in ("", "/hold", "/poster")]
    found += [f"/api/v1/wishes/{code}" for code in wishes]
    for slug in sorted({slug for slug, _ in listings}):
        found += [f"/markets/{slug}/bulletin.svg", f"/api/v1/markets/{slug}"]
    found += [f"/pictures/{address}" for address in pictures]
    found += [f"/r/{code}{rest}" for code in receipts for rest in ("", "/qr.png", "/trace.png")]
    found += [f"/markets/{slug}/services/{listing}" for slug, listing in listings]
    return found
