"""Locking months: what each holds, asking for a lock, confirming it, taking it back."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import APPROVERS
from market.actions.ledger.months import LockMonth, confirm_lock, propose_lock, withdraw_lock
from market.blueprints.proceeds import blueprint
from market.domain.errors import N_
from market.domain.people import Role
from market.extensions import reading
from market.queries.ledger.months import months_of, still_open
from market.queries.ledger.waiting import months_waiting
from market.web.access import community, for_roles, person
from market.web.desk import DeskPage, DeskWaiting, offer, offer_waiting
from market.web.filters import local
from market.web.forms import Form, acted
from market.web.sessions import clock

LOCKERS = (Role.TREASURER,)
"""Who asks for a month to be locked; whoever may approve confirms."""
LOOKERS = (
    Role.TREASURER,
    Role.SOCIAL_WORKER,
    Role.REVIEWER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)

blueprint.record(
    lambda state: offer(
        state.app,
        DeskPage(75, "proceeds.months", N_("锁账"), "lock", under=("proceeds.month",)),
    )
)
blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=70,
            endpoint="proceeds.months",
            icon="lock",
            count=months_waiting,
            words=lambda number: ngettext(
                "%(num)s 个月等您确认锁账", "%(num)s 个月等您确认锁账", number
            ),
        ),
    )
)


@blueprint.get("/desk/<community>/months")
@for_roles(*LOOKERS)
def months() -> ResponseReturnValue:
    return _page(Form())


@blueprint.post("/desk/<community>/months")
@for_roles(*LOCKERS)
def month_propose() -> ResponseReturnValue:
    by = person()
    month = request.form.get("month", "")
    return _done(
        lambda session: propose_lock(session, _named(month), by_id=by.id, now=clock()),
        gettext("已经提出，等另一位同事确认。"),
    )


@blueprint.post("/desk/<community>/months/<month>/confirmation")
@for_roles(*APPROVERS)
def month_confirm(month: str) -> ResponseReturnValue:
    by = person()
    return _done(
        lambda session: confirm_lock(session, _named(month), by_id=by.id, now=clock()),
        gettext("这个月的账锁好了。"),
    )


@blueprint.post("/desk/<community>/months/<month>/withdrawal")
@for_roles(*APPROVERS)
def month_withdraw(month: str) -> ResponseReturnValue:
    by = person()
    return _done(
        lambda session: withdraw_lock(session, _named(month), by_id=by.id, now=clock()),
        gettext("锁账的提议撤回了。"),
    )


def _named(month: str) -> LockMonth:
    return LockMonth(community_id=community().id, month=month)


def _done(act: Callable[[Session], object], said: str) -> ResponseReturnValue:
    form = Form()
    if acted(form, act):
        flash(said, "done")
        return redirect(url_for(".months"), code=303)
    return _page(form)


def _page(form: Form) -> ResponseReturnValue:
    here, me = community(), person()
    held = me.roles_in(here.id)
    page = render_template(
        "proceeds/months/list.html",
        form=form,
        months=months_of(reading(), here.id, local(clock()).date()),
        still_open=still_open(reading(), here.id),
        me=me.id,
        may_propose=bool(held & set(LOCKERS)),
        may_confirm=bool(held & APPROVERS),
        address=url_for(".months", _external=True),
    )
    return page, form.status
