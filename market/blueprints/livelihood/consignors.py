"""Consignors' accounts at the desk: what each is owed, what is overdue, a statement for each market."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy.orm import Session

from market.actions.sales.consigned_rest import SettleRest, settle_rest
from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.desk import READERS, WRITERS
from market.blueprints.livelihood.money_words import share_words, today
from market.domain.people import Role
from market.extensions import reading
from market.queries.sales.consigned_rest import rests_of
from market.queries.sales.consignments import consignor_now, consignors_of, movements_of
from market.queries.sales.consignor_statement import consignor_statement
from market.web.access import community, for_roles, person
from market.web.desk import DeskWaiting, may_enter, offer_waiting
from market.web.forms import ChoiceField, CountField, Form, acted
from market.web.sessions import clock


class RestForm(Form):
    listing = ChoiceField(lazy_gettext("哪一样"), coerce=int)
    returned = CountField(lazy_gettext("还给她几件"), least=0, optional=True)
    donated = CountField(lazy_gettext("她捐出几件"), least=0, optional=True)


@blueprint.get("/desk/<community>/consignors")
@for_roles(*READERS)
def consignors() -> ResponseReturnValue:
    return render_template(
        "livelihood/desk/consignors.html",
        consignors=consignors_of(reading(), community().id),
        today=today(),
        may_pay=may_enter("proceeds.move_new"),
    )


@blueprint.get("/desk/<community>/consignors/<int:party_id>")
@for_roles(*READERS)
def consignor(party_id: int) -> ResponseReturnValue:
    here = community()
    return render_template(
        "livelihood/desk/consignor.html",
        known=consignor_now(reading(), here.id, party_id),
        movements=movements_of(reading(), here.id, party_id),
        today=today(),
        may_pay=may_enter("proceeds.move_new"),
    )


@blueprint.get("/desk/<community>/consignors/<int:party_id>/markets/<int:market_id>")
@for_roles(*READERS)
def consignor_day(party_id: int, market_id: int) -> ResponseReturnValue:
    """A market's statement, to be shown or printed and handed over; and what was left unsold."""
    return _statement(party_id, market_id, RestForm(formdata=None))


@blueprint.post("/desk/<community>/consignors/<int:party_id>/markets/<int:market_id>/rest")
@for_roles(*WRITERS)
def consignor_rest(party_id: int, market_id: int) -> ResponseReturnValue:
    here, by, form = community(), person(), RestForm()
    own = {one.listing_id for one in rests_of(reading(), party_id, market_id)}
    form.listing.choices = [(one, "") for one in own]
    if acted(
        form,
        lambda work: settle_rest(
            work,
            SettleRest(
                community_id=here.id,
                listing_id=form.listing.data,
                returned=form.returned.data or 0,
                donated=form.donated.data or 0,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("记下了没卖完的去了哪里。"), "done")
        back = url_for(".consignor_day", party_id=party_id, market_id=market_id)
        return redirect(back, code=303)
    return _statement(party_id, market_id, form)


def _statement(party_id: int, market_id: int, form: RestForm) -> ResponseReturnValue:
    page = render_template(
        "livelihood/desk/statement.html",
        told=consignor_statement(reading(), community().id, party_id, market_id),
        rests=rests_of(reading(), party_id, market_id),
        form=form,
        may_settle=may_enter("livelihood.consignor_rest"),
        today=today(),
        share=share_words,
    )
    return page, form.status


def _overdue(session: Session, community_id: int, _person_id: int) -> int:
    now = today()
    return sum(one.account.overdue_minor(now) > 0 for one in consignors_of(session, community_id))


def _words(number: int) -> str:
    return str(
        ngettext("%(num)s 位寄售人的货款过了期还没结", "%(num)s 位寄售人的货款过了期还没结", number)
    )


blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=35,
            endpoint="livelihood.consignors",
            icon="envelope",
            count=_overdue,
            words=_words,
            roles=frozenset({Role.TREASURER, Role.SOCIAL_WORKER}),
        ),
    )
)
