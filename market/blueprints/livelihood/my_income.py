"""An entrepreneur's income over time: from our books by itself, and what they report beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.livelihood.income import (
    MOST_NOTE,
    ReportIncome,
    report_income,
    strike_income,
)
from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.mine_pages import MinePage, offer_mine
from market.blueprints.livelihood.money_words import income_sentence, today
from market.domain.errors import N_
from market.domain.livelihood.income import (
    SHOWN_MONTHS,
    IncomeMonth,
    MonthUnreadable,
    months_until,
)
from market.extensions import reading, unit_of_work
from market.queries.livelihood.access import EnterpriseHere
from market.queries.livelihood.income import income_of, reported_of
from market.web.access import entrepreneur, for_entrepreneur
from market.web.filters import month_text
from market.web.forms import ChoiceField, Form, MoneyField, TextField, acted
from market.web.sessions import clock

HIGH = 120
"""How high the chart's highest bar is, in its own units."""
_PLACE = 30
_BAR = 20


class IncomeForm(Form):
    month = ChoiceField(lazy_gettext("哪个月"))
    amount = MoneyField(lazy_gettext("收入多少"), least_minor=1)
    note = TextField(lazy_gettext("从哪里来的"), most=MOST_NOTE, optional=True)


@dataclass(frozen=True, slots=True)
class Bar:
    """A month's bar from the ground up: what was ours, and on top what was reported."""

    month: str
    number: int
    x: int
    width: int
    ours_y: int
    ours_height: int
    reported_y: int
    reported_height: int


@blueprint.route("/mine/income", methods=["GET", "POST"])
@for_entrepreneur
def my_income() -> ResponseReturnValue:
    here = entrepreneur()
    form = IncomeForm()
    form.month.choices = [
        (one, month_text(one)) for one in reversed(months_until(today(), SHOWN_MONTHS))
    ]
    if request.method == "POST" and acted(
        form,
        lambda work: report_income(
            work,
            ReportIncome(
                party_id=here.party_id,
                month=form.month.data,
                amount_minor=form.amount.minor,
                note=form.note.text,
            ),
            by_id=here.person_id,
            today=today(),
            now=clock(),
        ),
        at={MonthUnreadable: "month"},
    ):
        flash(gettext("记下了，只有您和您的帮手看得到。"), "done")
        return redirect(url_for(".my_income"), code=303)
    months = income_of(reading(), here.party_id, today=today())
    page = render_template(
        "livelihood/mine/income.html",
        here=here,
        form=form,
        months=months,
        bars=bars_of(months),
        ours_minor=sum(one.ours_minor for one in months),
        reported_minor=sum(one.reported_minor for one in months),
        first=_sentence(months),
        high=HIGH,
        wide=SHOWN_MONTHS * _PLACE,
        reported=reported_of(reading(), here.party_id),
    )
    return page, form.status


@blueprint.post("/mine/income/<int:income_id>/striking")
@for_entrepreneur
def my_income_strike(income_id: int) -> ResponseReturnValue:
    here = entrepreneur()
    with unit_of_work() as work:
        strike_income(work, income_id, party_id=here.party_id, by_id=here.person_id, now=clock())
    flash(gettext("划掉了，不再计入收入。"), "done")
    return redirect(url_for(".my_income"), code=303)


def bars_of(months: Sequence[IncomeMonth]) -> list[Bar]:
    """The bars of a chart as high as its best month; a month that lost money has none of ours."""
    most = max((_up(one.ours_minor) + one.reported_minor for one in months), default=0)
    if not most:
        return []
    bars = []
    for place, one in enumerate(months):
        ours = _up(one.ours_minor) * HIGH // most
        reported = one.reported_minor * HIGH // most
        bars.append(
            Bar(
                month=one.month,
                number=int(one.month[-2:]),
                x=place * _PLACE + (_PLACE - _BAR) // 2,
                width=_BAR,
                ours_y=HIGH - ours,
                ours_height=ours,
                reported_y=HIGH - ours - reported,
                reported_height=reported,
            )
        )
    return bars


def _up(minor: int) -> int:
    return max(minor, 0)


def _sentence(months: Sequence[IncomeMonth]) -> str:
    return income_sentence(
        sum(one.ours_minor for one in months), sum(one.reported_minor for one in months)
    )


def _income(here: EnterpriseHere) -> str:
    return _sentence(income_of(reading(), here.party_id, today=today()))


offer_mine(MinePage(20, "livelihood.my_income", N_("我的收入"), "chart", _income))
