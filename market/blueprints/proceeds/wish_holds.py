"""Holds at the desk: asked for there, confirmed, brought to the station, or let go."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from market.actions.proceeds.holds import (
    AskHold,
    ConfirmHold,
    ReceiveHold,
    UndoHold,
    ask_hold,
    confirm_hold,
    receive_hold,
    undo_hold,
)
from market.actions.proceeds.steps import MOST_EVIDENCE
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.wish_desk import WRITERS, colleagues, today
from market.domain.proceeds.hold import DAYS_TO_CONFIRM, MOST_DAYS_TO_BRING
from market.extensions import reading
from market.queries.proceeds.holds import holds_of_wish
from market.queries.proceeds.wishes import wish_at_hand
from market.web.access import community, for_roles, person
from market.web.forms import ChoiceField, DateField, Form, TextField, acted
from market.web.sessions import clock

PAGE = "/desk/<community>/wishes/<int:wish_id>/hold"
A_NEIGHBOUR = 0
_USUAL_DAYS = 7


class AskForm(Form):
    who = ChoiceField(lazy_gettext("谁带来"), coerce=int)


class ConfirmForm(Form):
    bring_on = DateField(lazy_gettext("哪天送到工作站"))


class ReceiptForm(Form):
    evidence = TextField(lazy_gettext("收条的编号"), most=MOST_EVIDENCE)


class UndoForm(Form):
    reason = TextField(lazy_gettext("为什么不带来了"), most=MOST_EVIDENCE)


@blueprint.get(PAGE)
@for_roles(*WRITERS)
def wish_hold(wish_id: int) -> ResponseReturnValue:
    return _page(wish_id)


@blueprint.post(PAGE)
@for_roles(*WRITERS)
def wish_hold_ask(wish_id: int) -> ResponseReturnValue:
    form = _ask_form()
    command = AskHold(
        community_id=community().id,
        wish_id=wish_id,
        at_desk=True,
        volunteer_id=form.who.data or None,
    )
    return _acted(
        wish_id,
        form,
        lambda session: ask_hold(
            session, command, by_id=person().id, now=clock(), random_bytes=secrets.token_bytes
        ),
        gettext("认领记下了。联系好以后，请在两天内确认。"),
    )


@blueprint.post(f"{PAGE}/confirmation")
@for_roles(*WRITERS)
def wish_hold_confirm(wish_id: int) -> ResponseReturnValue:
    form = ConfirmForm()
    return _acted(
        wish_id,
        form,
        lambda session: confirm_hold(
            session,
            ConfirmHold(community_id=community().id, wish_id=wish_id, bring_on=form.bring_on.day),
            by_id=person().id,
            now=clock(),
        ),
        gettext("确认好了。东西请送到工作站，不送到家里。"),
    )


@blueprint.post(f"{PAGE}/receipt")
@for_roles(*WRITERS)
def wish_hold_receive(wish_id: int) -> ResponseReturnValue:
    form = ReceiptForm()
    return _acted(
        wish_id,
        form,
        lambda session: receive_hold(
            session,
            ReceiveHold(community_id=community().id, wish_id=wish_id, evidence=form.evidence.text),
            by_id=person().id,
            now=clock(),
        ),
        gettext("收到了，谢谢他！接着由社工送达。"),
    )


@blueprint.post(f"{PAGE}/undoing")
@for_roles(*WRITERS)
def wish_hold_undo(wish_id: int) -> ResponseReturnValue:
    form = UndoForm()
    return _acted(
        wish_id,
        form,
        lambda session: undo_hold(
            session,
            UndoHold(community_id=community().id, wish_id=wish_id, reason=form.reason.text),
            by_id=person().id,
            now=clock(),
        ),
        gettext("认领取消了，心愿照旧等待点亮。"),
    )


def _acted(
    wish_id: int, form: Form, act: Callable[[Session], object], said: str
) -> ResponseReturnValue:
    wish_at_hand(reading(), community().id, wish_id, today())
    if not acted(form, act):
        return _page(wish_id, form)
    flash(said, "done")
    return redirect(url_for(".wish_hold", wish_id=wish_id), code=303)


def _page(wish_id: int, sent: Form | None = None) -> ResponseReturnValue:
    known = wish_at_hand(reading(), community().id, wish_id, today())
    holds = holds_of_wish(reading(), wish_id, today())
    page = render_template(
        "proceeds/wishes/hold.html",
        known=known,
        holds=holds,
        standing=next((hold for hold in holds if hold.stage is not None), None),
        sent=sent,
        ask=sent if isinstance(sent, AskForm) else _ask_form(),
        confirm=sent
        if isinstance(sent, ConfirmForm)
        else ConfirmForm(formdata=None, data={"bring_on": today() + timedelta(days=_USUAL_DAYS)}),
        receipt=sent if isinstance(sent, ReceiptForm) else ReceiptForm(formdata=None),
        undo=sent if isinstance(sent, UndoForm) else UndoForm(formdata=None),
        days_to_confirm=DAYS_TO_CONFIRM,
        most_days=MOST_DAYS_TO_BRING,
    )
    return page, sent.status if sent else 200


def _ask_form() -> AskForm:
    form = AskForm(data={"who": A_NEIGHBOUR})
    form.who.choices = [(A_NEIGHBOUR, gettext("一位居民（不记名字）")), *colleagues()]
    return form
