"""Enterprises at the desk: one begins, its entrepreneur gets a card, a lost card is replaced."""

from __future__ import annotations

import secrets

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.livelihood.enterprises import (
    MOST_NAME,
    AlreadyEnterprise,
    BeginEnterprise,
    NewCard,
    begin_enterprise,
    issue_own_card,
    stop_access,
)
from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.desk import READERS, WRITERS
from market.domain.ledger.holders import PartyKind
from market.extensions import reading, unit_of_work
from market.queries.ledger.holders import parties_of
from market.queries.livelihood.access import standing_accesses
from market.queries.livelihood.enterprises import enterprise_here, enterprises_here
from market.web.access import community, for_roles, person
from market.web.desk import may_enter
from market.web.forms import ChoiceField, Form, TextField, acted
from market.web.qr import qr_svg
from market.web.sessions import clock, new_token, token_hash

NEW = 0


class BeginForm(Form):
    name = TextField(lazy_gettext("创业项目叫什么"), most=MOST_NAME)
    party = ChoiceField(lazy_gettext("谁的"), coerce=int, optional=True)
    person_name = TextField(lazy_gettext("她／他叫什么"), most=MOST_NAME, optional=True)


@blueprint.get("/desk/<community>/enterprises")
@for_roles(*READERS)
def enterprises() -> ResponseReturnValue:
    return render_template(
        "livelihood/desk/enterprises.html",
        enterprises=enterprises_here(reading(), community().id),
        may_write=may_enter("livelihood.enterprise_new"),
    )


@blueprint.route("/desk/<community>/enterprises/new", methods=["GET", "POST"])
@for_roles(*WRITERS)
def enterprise_new() -> ResponseReturnValue:
    here, by = community(), person()
    form = BeginForm()
    taken = {one.party_id for one in enterprises_here(reading(), here.id)}
    form.party.choices = [(NEW, gettext("一位新的寄售人，名字写在下面"))] + [
        (one.id, one.name)
        for one in parties_of(reading(), here.id)
        if one.kind is PartyKind.CONSIGNOR and one.closed_at is None and one.id not in taken
    ]
    done = form.is_submitted() and acted(
        form,
        lambda work: (
            begin_enterprise(
                work,
                BeginEnterprise(
                    community_id=here.id,
                    person_name=form.person_name.text,
                    name=form.name.text,
                    party_id=form.party.data or None,
                ),
                by_id=by.id,
                now=clock(),
                random_bytes=secrets.token_bytes,
            ).id
        ),
        at={AlreadyEnterprise: "party"},
    )
    if done:
        flash(gettext("建好了。接下来给她／他打印一张卡。"), "done")
        return redirect(url_for(".enterprise", enterprise_id=done.result), code=303)
    return render_template("livelihood/desk/enterprise_new.html", form=form), form.status


@blueprint.get("/desk/<community>/enterprises/<int:enterprise_id>")
@for_roles(*READERS)
def enterprise(enterprise_id: int) -> ResponseReturnValue:
    return _page(enterprise_id, Form())


@blueprint.post("/desk/<community>/enterprises/<int:enterprise_id>/card")
@for_roles(*WRITERS)
def enterprise_card(enterprise_id: int) -> ResponseReturnValue:
    """The card to be printed now: what it says is kept nowhere, so it cannot be shown again."""
    here, by = community(), person()
    known = enterprise_here(reading(), here.id, enterprise_id)
    form, token = Form(), new_token()
    card = NewCard(community_id=here.id, enterprise_id=known.id, token_hash=token_hash(token))
    if acted(
        form,
        lambda work: issue_own_card(
            work, card, by_id=by.id, now=clock(), random_bytes=secrets.token_bytes
        ),
    ):
        back = url_for(".enterprise", enterprise_id=known.id)
        return card_to_print(token, known.party_name, known.name, here.name, back)
    return _page(enterprise_id, form)


@blueprint.post("/desk/<community>/enterprises/<int:enterprise_id>/accesses/<int:access_id>/end")
@for_roles(*WRITERS)
def enterprise_access_end(enterprise_id: int, access_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = enterprise_here(reading(), here.id, enterprise_id)
    with unit_of_work() as work:
        stop_access(work, access_id, enterprise_id=known.id, by_id=by.id, now=clock())
    flash(gettext("停用了，那张卡从现在起打不开任何页面。"), "done")
    return redirect(url_for(".enterprise", enterprise_id=known.id), code=303)


def card_to_print(token: str, name: str, enterprise: str, place: str, back: str) -> Response:
    """A card on paper; no browser and no proxy keeps the page."""
    address = url_for("livelihood.card", token=token, _external=True)
    response = make_response(
        render_template(
            "livelihood/desk/card.html",
            code=qr_svg(address),
            name=name,
            enterprise=enterprise,
            place=place,
            way_back=back,
        )
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(enterprise_id: int, form: Form) -> ResponseReturnValue:
    known = enterprise_here(reading(), community().id, enterprise_id)
    page = render_template(
        "livelihood/desk/enterprise.html",
        known=known,
        form=form,
        accesses=standing_accesses(reading(), known.id),
        may_write=may_enter("livelihood.enterprise_new"),
    )
    return page, form.status
