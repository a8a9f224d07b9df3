"""Consignors' accounts at the desk: what each is owed, what is overdue, a statement for each market."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from sqlalchemy.orm import Session

from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.desk import READERS
from market.blueprints.livelihood.money_words import share_words, today
from market.domain.people import Role
from market.extensions import reading
from market.queries.sales.consignments import consignor_now, consignors_of, movements_of
from market.queries.sales.consignor_statement import consignor_statement
from market.web.access import community, for_roles
from market.web.desk import DeskWaiting, may_enter, offer_waiting


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
    """A market's statement, to be shown or printed and handed over."""
    told = consignor_statement(reading(), community().id, party_id, market_id)
    return render_template(
        "livelihood/desk/statement.html", told=told, today=today(), share=share_words
    )


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
