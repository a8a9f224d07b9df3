"""Whom the market may owe: the list, somebody new, one of them, and who declared an interest."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.ledger.holders import (
    NameParty,
    close_party,
    declare_interest,
    name_party,
    rename_party,
    reopen_party,
)
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.holder_forms import (
    InterestForm,
    RenameForm,
    interest_form,
    name_party_form,
    offer_people,
    party_hints,
)
from market.blueprints.proceeds.holders import KEEPERS, LOOKERS, may_keep
from market.domain.ledger.holders import PartyKind
from market.extensions import reading
from market.queries.ledger.holders import interests_in, members, parties_of, party_now
from market.web.access import community, for_roles, person
from market.web.forms import Form, acted
from market.web.sessions import clock


@blueprint.get("/desk/<community>/parties")
@for_roles(*LOOKERS)
def parties() -> ResponseReturnValue:
    return render_template(
        "proceeds/parties/list.html",
        parties=parties_of(reading(), community().id),
        may_keep=may_keep(),
    )


@blueprint.route("/desk/<community>/parties/new", methods=["GET", "POST"])
@for_roles(*KEEPERS)
def party_new() -> ResponseReturnValue:
    here, by = community(), person()
    form = name_party_form(members(reading(), here.id))
    done = request.method == "POST" and acted(
        form,
        lambda session: (
            name_party(
                session,
                NameParty(
                    community_id=here.id,
                    kind=PartyKind(form.kind.data),
                    name=form.name.text,
                    person_id=form.person_id,
                ),
                by_id=by.id,
                now=clock(),
            ).id
        ),
    )
    if done:
        flash(gettext("“%(name)s”已经添加。", name=form.name.text), "done")
        return redirect(url_for(".party", party_id=done.result), code=303)
    return render_template("proceeds/parties/new.html", form=form, hints=party_hints()), form.status


@blueprint.get("/desk/<community>/parties/<int:party_id>")
@for_roles(*LOOKERS)
def party(party_id: int) -> ResponseReturnValue:
    return _page(party_id)


@blueprint.route("/desk/<community>/parties/<int:party_id>/name", methods=["GET", "POST"])
@for_roles(*KEEPERS)
def party_name(party_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = party_now(reading(), here.id, party_id)
    form = RenameForm(data={"name": known.name})
    if request.method == "POST" and acted(
        form,
        lambda session: rename_party(
            session, here.id, party_id, form.name.text, by_id=by.id, now=clock()
        ),
    ):
        flash(gettext("名称已经改好，账上的钱不变。"), "done")
        return redirect(url_for(".party", party_id=party_id), code=303)
    return render_template("proceeds/parties/name.html", form=form, known=known), form.status


@blueprint.post("/desk/<community>/parties/<int:party_id>/interests")
@for_roles(*KEEPERS)
def party_interest(party_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    party_now(reading(), here.id, party_id)
    form = interest_form(members(reading(), here.id))
    if acted(
        form,
        lambda session: declare_interest(
            session,
            here.id,
            person_id=int(form.person.data),
            party_id=party_id,
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("已经申报，这个人以后不能批准给这一位的款项。"), "done")
        return redirect(url_for(".party", party_id=party_id), code=303)
    return _page(party_id, form)


@blueprint.post("/desk/<community>/parties/<int:party_id>/closure")
@for_roles(*KEEPERS)
def party_close(party_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = Form()
    if acted(
        form,
        lambda session: close_party(session, here.id, party_id, by_id=by.id, now=clock()),
    ):
        flash(gettext("已经停用，以后选人时不再出现。"), "done")
        return redirect(url_for(".parties"), code=303)
    return _page(party_id, refused=form)


@blueprint.post("/desk/<community>/parties/<int:party_id>/reopening")
@for_roles(*KEEPERS)
def party_reopen(party_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = Form()
    if acted(
        form,
        lambda session: reopen_party(session, here.id, party_id, by_id=by.id, now=clock()),
    ):
        flash(gettext("已经恢复使用。"), "done")
        return redirect(url_for(".party", party_id=party_id), code=303)
    return _page(party_id, refused=form)


def _page(
    party_id: int, form: InterestForm | None = None, *, refused: Form | None = None
) -> ResponseReturnValue:
    here = community()
    known = party_now(reading(), here.id, party_id)
    undeclared = members(reading(), here.id, not_declared_in=party_id)
    if form is None:
        form = interest_form(undeclared)
    else:
        offer_people(form, undeclared)
    if refused is not None:
        form.form_errors.extend(refused.form_errors)
    page = render_template(
        "proceeds/parties/party.html",
        form=form,
        known=known,
        interests=interests_in(reading(), party_id),
        may_keep=may_keep() and known.closed_at is None,
        may_reopen=may_keep() and known.closed_at is not None,
    )
    return page, (refused or form).status
