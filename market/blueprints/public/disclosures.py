"""收支公示: what market days came to, as page, sheet for the board and file; nothing is overwritten."""

from __future__ import annotations

from itertools import pairwise

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.blueprints.public import blueprint
from market.blueprints.public.words import today
from market.domain.public.disclosure import changes_between
from market.extensions import reading
from market.queries.public.disclosures import (
    DayDisclosed,
    NoSuchDisclosure,
    Published,
    awaited_disclosures,
    disclosed_day,
    disclosures_of_year,
    years_disclosed,
)
from market.queries.public.version import books_version
from market.web.access import public
from market.web.caching import answer
from market.web.disclosed import ShownChange, columns, counts_of, lines_of, shown_changes
from market.web.filters import date_text, datetime_text
from market.web.qr import qr_svg
from market.web.sheets import Sheet, asked_format, sheet_answer

HASH_SIGNS = 16
"""As much of a hash as anybody compares by eye."""


@blueprint.get("/disclosures")
@public
def disclosures() -> ResponseReturnValue:
    return answer(_version, _list)


@blueprint.get("/disclosures/<slug>")
@blueprint.get("/disclosures/<slug>/<int:number>")
@public
def disclosure(slug: str, number: int | None = None) -> ResponseReturnValue:
    """The latest state, or one of the earlier ones; a file of it where the address asks for one."""
    if asked_format():
        return _file(*_found(slug, number))
    return answer(_version, lambda: _page(slug, number))


@blueprint.get("/disclosures/<slug>/sheet")
@public
def disclosure_sheet(slug: str) -> ResponseReturnValue:
    """A4, for the board in the yard."""
    return answer(_version, lambda: _sheet(slug))


def _version() -> object:
    return books_version(reading()), today()


def _found(slug: str, number: int | None) -> tuple[DayDisclosed, Published]:
    day = disclosed_day(reading(), slug)
    if number is None:
        return day, day.latest
    shown = next((one for one in day.published if one.number == number), None)
    if shown is None:
        raise NoSuchDisclosure
    return day, shown


def _list() -> str:
    session = reading()
    years = years_disclosed(session)
    asked = request.args.get("year", type=int)
    year = asked if asked in years else (years[0] if years else today().year)
    rows = disclosures_of_year(session, year)
    return render_template(
        "public/disclosures.html",
        rows=rows,
        years=years,
        year=year,
        awaited=awaited_disclosures(session, today=today()),
        today=today(),
        income_minor=sum(row.figures.income_minor for row in rows),
        net_minor=sum(row.figures.net_minor for row in rows),
        to_wishes_minor=sum(row.figures.of_funds("wishes_minor") for row in rows),
    )


def _page(slug: str, number: int | None) -> str:
    day, shown = _found(slug, number)
    return render_template(
        "public/disclosure.html",
        day=day,
        shown=shown,
        lines=lines_of(shown.figures),
        history=_history(day),
        hash_signs=HASH_SIGNS,
    )


def _history(day: DayDisclosed) -> list[tuple[Published, list[ShownChange]]]:
    """Every published state with what is other than in the one before, the latest first."""
    told: list[tuple[Published, list[ShownChange]]] = [(day.published[0], [])]
    told += [
        (after, shown_changes(changes_between(before.figures, after.figures)))
        for before, after in pairwise(day.published)
    ]
    return told[::-1]


def _sheet(slug: str) -> str:
    day, shown = _found(slug, None)
    address = url_for(".disclosure", slug=slug, _external=True)
    counts = counts_of(shown.figures)
    return render_template(
        "public/disclosure_sheet.html",
        day=day,
        shown=shown,
        amounts=lines_of(shown.figures)[: -len(counts)],
        counts=counts,
        corrections=[one for one in day.published if one.why],
        address=address,
        code=qr_svg(address),
        hash_signs=HASH_SIGNS,
    )


def _file(day: DayDisclosed, shown: Published) -> ResponseReturnValue:
    notes = [
        day.community,
        f"{day.name} · {date_text(day.on)}",
        gettext(
            "第 %(number)s 份，%(at)s 公示",
            number=shown.number,
            at=datetime_text(shown.published_at),
        ),
        *([gettext("更正说明：%(why)s", why=shown.why)] if shown.why else []),
        f"SHA-256 {shown.hash.hex()}",
    ]
    name = gettext("收支公示-%(market)s", market=day.name)
    return sheet_answer(Sheet(name, columns(), lines_of(shown.figures), notes))
