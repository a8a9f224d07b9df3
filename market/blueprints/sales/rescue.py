"""Rescue at the desk: the text a phone shows is pasted, looked at row by row, and taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy.orm import Session
from wtforms import widgets

from market.actions.sales.phone_voids import VoidResult
from market.actions.sales.recording import Outcome, Result
from market.actions.sales.rescuing import Rescued, RescuedSale, take_in_rescued
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import day_here
from market.blueprints.sales.set_aside import SETTLERS
from market.blueprints.sales.uploading import rows_of, sort_out
from market.domain.errors import N_, Invalid
from market.domain.sales.rescue_text import Damage, Rescue, RescuedPhone, read_rescue
from market.domain.sales.set_aside import SaidSale, read_said
from market.queries.sales.counter import Counter, counter_at
from market.queries.sales.devices import DeviceHere, device_by_id
from market.queries.sales.uploads import tills_of_day
from market.web.access import community, for_roles, person
from market.web.errors import sentence_of
from market.web.filters import money_text
from market.web.forms import Form, TextField, acted
from market.web.sessions import clock

MOST_BYTES = 6_000_000
MOST_SHOWN = 1_000


class UnknownPhone(Invalid):
    """A phone that never joined a market of this community."""

    sentence = N_(
        "这段文字是手机 %(letter)s 写的，但本社区的市集里没有这部手机。请核对是不是别的社区的。"
    )


class RescueField(TextField):
    """Text as it was pasted, lines, blanks and all."""

    widget: Any = widgets.TextArea()

    def _read(self, typed: object) -> str:
        return str(typed)


class RescueForm(Form):
    text = RescueField(lazy_gettext("把她发来的文字整段贴在这里"))


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row as the page shows it. `outcome` is what becomes of it, `say` why it is set aside."""

    line: int
    letter: str
    sale: SaidSale | None
    outcome: str
    say: str


@dataclass(frozen=True, slots=True)
class Shown:
    """All rows of a paste with what became of them, or would."""

    rows: Sequence[RowShown]
    damaged: Sequence[Damage]
    market_day_id: int | None

    def number(self, *outcomes: str) -> int:
        return sum(row.outcome in outcomes for row in self.rows)

    @property
    def new_minor(self) -> int:
        """What the new sales come to."""
        return sum(row.sale.due_minor for row in self.rows if row.sale and row.outcome == "created")


class _OnlyLooking(Exception):
    """Ends a unit of work that was to say what would become of rows."""


@blueprint.get("/desk/<community>/rescue")
@for_roles(*SETTLERS)
def rescue() -> ResponseReturnValue:
    return _page(RescueForm(formdata=None))


@blueprint.post("/desk/<community>/rescue")
@for_roles(*SETTLERS)
def rescue_look() -> ResponseReturnValue:
    """Say what would become of each row; nothing is written."""
    form = _sent_form()
    shown: list[Shown] = []

    def look(session: Session) -> None:
        shown[:] = [_take_in(session, form.text.data, now=clock())]
        raise _OnlyLooking

    try:
        acted(form, look)
    except _OnlyLooking:
        return _page(form, shown[0])
    return _page(form)


@blueprint.post("/desk/<community>/rescue/rows")
@for_roles(*SETTLERS)
def rescue_rows() -> ResponseReturnValue:
    form = _sent_form()
    done = acted(form, lambda session: _take_in(session, form.text.data, now=clock()))
    if done is None:
        return _page(form)
    shown = done.result
    flash(_said(shown), "done")
    if shown.number("conflict", "rejected") or shown.market_day_id is None:
        return redirect(url_for(".set_aside"), code=303)
    return redirect(url_for(".board", market_id=day_here(shown.market_day_id).id), code=303)


def _sent_form() -> RescueForm:
    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    return RescueForm()


def _page(form: RescueForm, shown: Shown | None = None) -> ResponseReturnValue:
    page = render_template("sales/rescue/rescue.html", form=form, shown=shown, most=MOST_SHOWN)
    return page, form.status if shown is None else HTTPStatus.OK


def _take_in(session: Session, text: str, *, now: datetime) -> Shown:
    """Take in all that can be read, phone by phone in the order of their ids."""
    found = read_rescue(text)
    rows: list[RowShown] = []
    market_day_id = None
    for told in sorted(found.phones, key=lambda one: one.device_id):
        phone = device_by_id(session, community().id, told.device_id)
        if phone is None:
            raise UnknownPhone(letter=told.letter, field="text")
        market_day_id = phone.market_day_id
        rows += _of_phone(session, phone, told, now=now)
    rows.sort(key=lambda row: row.line)
    return Shown(rows, _sorted(found), market_day_id)


def _sorted(found: Rescue) -> list[Damage]:
    return sorted(found.damaged, key=lambda one: one.line)


def _of_phone(
    session: Session, phone: DeviceHere, told: RescuedPhone, *, now: datetime
) -> list[RowShown]:
    read = rows_of([row.sent for row in told.rows], now)
    tills = tills_of_day(session, phone.market_day_id)
    counters: dict[int, Counter] = {
        till_id: counter_at(session, till_id, listings, {phone.id})
        for till_id, listings in read.wanted().items()
        if till_id in tills
    }
    upload = sort_out(
        read,
        phone,
        {till_id: counter.goods for till_id, counter in counters.items()},
        fallback_till=phone.till_id or max(tills, default=None),
    )
    rescued = Rescued(
        sales={
            till_id: [RescuedSale(*one) for one in mine] for till_id, mine in upload.sales.items()
        },
        voids=upload.voids,
        asides=upload.asides,
        last_sequence=upload.last_sequence,
    )
    results = take_in_rescued(session, phone, rescued, counters, by_id=person().id, now=now)
    shown = []
    for place, row in enumerate(told.rows):
        said = read_said(row.sent)
        result = results.get(place)
        if result is None:
            refusal = upload.refused[place]
            outcome = str(Outcome.REJECTED)
            say = sentence_of(refusal.error) if refusal.error else gettext(refusal.reason.label)
        else:
            outcome, say = str(result.outcome), _why(result)
        sale = said if isinstance(said, SaidSale) else None
        shown.append(RowShown(row.line, phone.letter, sale, outcome, say))
    return shown


def _why(result: Result | VoidResult) -> str:
    return str(gettext(result.reason.label)) if result.reason else ""


def _said(shown: Shown) -> str:
    words = [
        ngettext(
            "收进来 %(num)s 笔，共 %(amount)s",
            "收进来 %(num)s 笔，共 %(amount)s",
            shown.number("created"),
            amount=money_text(shown.new_minor),
        )
    ]
    if again := shown.number("exists"):
        words.append(ngettext("%(num)s 笔本来就有", "%(num)s 笔本来就有", again))
    if aside := shown.number("conflict", "rejected"):
        words.append(ngettext("%(num)s 笔待核对", "%(num)s 笔待核对", aside))
    if shown.damaged:
        damaged = len(shown.damaged)
        words.append(ngettext("%(num)s 行读不出来", "%(num)s 行读不出来", damaged))
    return f"{gettext('，').join(words)}{gettext('。')}"
