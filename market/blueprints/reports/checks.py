"""账目自检: looking at every property of the books from the desk, and keeping what was found."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.actions.ledger.checks import finish_check, start_check
from market.blueprints.reports import blueprint
from market.blueprints.reports.check_words import words_of
from market.blueprints.reports.home import READERS
from market.extensions import reading, unit_of_work
from market.queries.ledger.check.bounded import Looked, check_within
from market.queries.ledger.checks import last_checks
from market.web.access import community, for_roles, person
from market.web.forms import Form, acted
from market.web.moments import one_moment
from market.web.sessions import clock

SECONDS = 10.0
"""As long as somebody waits for a page; larger books are checked by `flask check-ledger`."""


@blueprint.get("/desk/<community>/reports/check")
@for_roles(*READERS)
def check() -> ResponseReturnValue:
    return _page(Form())


@blueprint.post("/desk/<community>/reports/check")
@for_roles(*READERS)
def check_start() -> ResponseReturnValue:
    here, by, form = community(), person(), Form()
    started = acted(
        form, lambda session: start_check(session, here.id, by_id=by.id, now=clock()).id
    )
    if started is None:
        return _page(form)
    with one_moment() as session:
        looked = check_within(session, here.id, seconds=SECONDS)
    with unit_of_work() as session:
        finish_check(session, started.result, looked.verdicts, whole=looked.whole, now=clock())
    flash(*_said(looked))
    return redirect(url_for(".check"), code=303)


def _page(form: Form) -> ResponseReturnValue:
    checks = last_checks(reading(), community().id)
    last = next((one for one in checks if one.finished_at is not None), None)
    page = render_template(
        "reports/check.html", form=form, checks=checks, last=last, words_of=words_of
    )
    return page, form.status


def _said(looked: Looked) -> tuple[str, str]:
    broken = sum(1 for verdict in looked.verdicts if not verdict.holds)
    if broken:
        said = ngettext(
            "有 %(num)s 项对不上，请看下面。", "有 %(num)s 项对不上，请看下面。", broken
        )
        return str(said), "danger"
    if not looked.whole:
        return str(gettext("查过的都对得上，但时间不够，没有全部查完。")), "alert"
    return str(gettext("全部查完，账目都对得上。")), "done"
