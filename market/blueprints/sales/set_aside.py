"""What was set aside, at the desk: each record in words, what we hold instead, and a person's word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext

from market.actions.sales.quarantine import Reason
from market.actions.sales.settling import MOST_REASON, SettleAside, Settled, settle_aside
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import READERS, day_here
from market.domain.people import Role
from market.domain.sales.set_aside import Settlement
from market.domain.text import TextMissing
from market.extensions import reading
from market.queries.sales.board import tills_on_board
from market.queries.sales.counter import goods_of
from market.queries.sales.set_aside import (
    AsideNow,
    aside_now,
    asides_of,
    asides_waiting,
    held_instead,
)
from market.web.access import community, for_roles, person
from market.web.addresses import MOST_ID
from market.web.desk import DeskWaiting, may_enter, offer_waiting
from market.web.forms import ChoiceField, Form, TextField, acted
from market.web.sessions import clock

SETTLERS = (Role.SOCIAL_WORKER, Role.TREASURER, Role.ADMINISTRATOR)
"""Who may say what becomes of a record that was set aside."""

blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=45,
            endpoint="sales.set_aside",
            icon="question",
            count=asides_waiting,
            words=lambda number: ngettext("%(num)s 笔待核对", "%(num)s 笔待核对", number),
            roles=frozenset(SETTLERS),
        ),
    )
)


class SettleForm(Form):
    """Its buttons say what is decided; `till` and the lines' listings are for taking it in."""

    reason = TextField(lazy_gettext("原因"), most=MOST_REASON, optional=True)
    till = ChoiceField(lazy_gettext("记在哪一班"), coerce=int, optional=True)
    lines: int = 0

    @property
    def listings(self) -> dict[int, int]:
        """What each line was, by its number, where somebody said so."""
        chosen = {n: self[f"listing_{n}"].data for n in range(1, self.lines + 1)}
        return {number: listing for number, listing in chosen.items() if listing}


@blueprint.get("/desk/<community>/set-aside")
@for_roles(*READERS)
def set_aside() -> ResponseReturnValue:
    market_id = request.args.get("market", type=int)
    market = day_here(market_id) if market_id is not None and 0 < market_id <= MOST_ID else None
    settled = request.args.get("show") == "settled"
    found, older = asides_of(
        reading(),
        community().id,
        market_day_id=market.id if market else None,
        settled=settled,
        before=request.args.get("before", type=int),
    )
    return render_template(
        "sales/set_aside/list.html",
        asides=found,
        older=older,
        market=market,
        settled=settled,
        reason_words=_reason_words(),
    )


@blueprint.get("/desk/<community>/set-aside/<int:aside_id>")
@for_roles(*READERS)
def set_aside_record(aside_id: int) -> ResponseReturnValue:
    aside = aside_now(reading(), community().id, aside_id)
    return _page(aside, _form(aside))


@blueprint.post("/desk/<community>/set-aside/<int:aside_id>/decision")
@for_roles(*SETTLERS)
def set_aside_decide(aside_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    aside = aside_now(reading(), here.id, aside_id)
    form, answer = _form(aside), request.form.get("answer", "")
    if answer not in set(Settlement):
        abort(400)
    command = SettleAside(
        community_id=here.id,
        aside_id=aside.id,
        outcome=Settlement(answer),
        reason=request.form.get("reason", ""),
        till_id=form.till.data or None,
        listings=form.listings,
    )
    done = acted(
        form,
        lambda session: settle_aside(session, command, by_id=by.id, now=clock()),
        at={TextMissing: "reason"},
    )
    if done:
        flash(_said(done.result), "done")
        return redirect(url_for(".set_aside", market=aside.market_day_id), code=303)
    return _page(aside_now(reading(), here.id, aside_id), form)


def _form(aside: AsideNow) -> SettleForm:
    """The form with a choice of what was sold for each of its lines."""
    lines = aside.sale.lines if aside.sale else ()
    made: dict[str, Any] = {"lines": len(lines)}
    for number, line in enumerate(lines, start=1):
        label = gettext("“%(name)s”是哪一样", name=line.name)
        made[f"listing_{number}"] = ChoiceField(label, coerce=int, optional=True)
    tills = tills_on_board(reading(), [aside.market_day_id])
    goods = {
        good.id: f"{good.stall_number} · {good.name}"
        for till in tills
        for good in goods_of(reading(), till.id).values()
    }
    form: SettleForm = type("SettleFormHere", (SettleForm,), made)()
    form.till.choices = [(till.id, till.name) for till in tills]
    for number, line in enumerate(lines, start=1):
        said = {} if line.listing_id in goods else {line.listing_id: line.name}
        form[f"listing_{number}"].choices = [*said.items(), *goods.items()]
        if request.method == "GET":
            form[f"listing_{number}"].data = line.listing_id
    if request.method == "GET" and aside.sale:
        known = {till.id for till in tills}
        form.till.data = aside.sale.till_id if aside.sale.till_id in known else aside.till_id
    return form


def _page(aside: AsideNow, form: SettleForm) -> ResponseReturnValue:
    number_of_lines = range(1, form.lines + 1)
    asks_which = aside.reason == Reason.UNKNOWN_LISTING
    page = render_template(
        "sales/set_aside/record.html",
        form=form,
        aside=aside,
        held=held_instead(reading(), aside),
        reason_words=_reason_words(),
        may_settle=may_enter("sales.set_aside_decide") and aside.settlement is None,
        which=[
            form[f"listing_{number}"]
            for number in number_of_lines
            if asks_which or form[f"listing_{number}"].errors
        ],
        quiet=[
            form[f"listing_{number}"]
            for number in number_of_lines
            if not asks_which and not form[f"listing_{number}"].errors
        ],
    )
    return page, form.status


def _reason_words() -> Mapping[str, str]:
    return {str(reason): gettext(reason.label) for reason in Reason}


def _said(settled: Settled) -> str:
    if settled.sale is not None:
        return str(gettext("收进来了，记成 %(number)s。", number=settled.sale.day_number))
    if settled.outcome is Settlement.KEPT:
        return str(gettext("保留了原来的一笔，这一笔不算。"))
    return str(gettext("这一笔不算，原因记下了。"))
