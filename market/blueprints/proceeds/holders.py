"""Who keeps money: the list, a new holder, one with its name, closing and reopening it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.ledger.holders import (
    NameHolder,
    close_holder,
    name_holder,
    rename_holder,
    reopen_holder,
)
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.holder_forms import RenameForm, holder_hints, name_holder_form
from market.domain.errors import N_
from market.domain.ledger.holders import HolderKind
from market.domain.people import Role
from market.extensions import reading
from market.queries.ledger.holders import holder_now, holders_of
from market.web.access import community, for_roles, person
from market.web.desk import DeskPage, offer
from market.web.forms import Form, acted
from market.web.sessions import clock

KEEPERS = (Role.TREASURER, Role.ADMINISTRATOR)
"""Who names those who keep money and those who are owed some."""
LOOKERS = (*KEEPERS, Role.AUDITOR)

blueprint.record(
    lambda state: offer(
        state.app,
        DeskPage(
            80,
            "proceeds.holders",
            N_("账户与往来"),
            "bank",
            under=("proceeds.holder", "proceeds.part"),
        ),
    )
)


def may_keep() -> bool:
    """Whether this person changes holders and parties here, or only looks."""
    return bool(person().roles_in(community().id) & set(KEEPERS))


@blueprint.get("/desk/<community>/holders")
@for_roles(*LOOKERS)
def holders() -> ResponseReturnValue:
    return render_template(
        "proceeds/holders/list.html",
        holders=holders_of(reading(), community().id),
        may_keep=may_keep(),
    )


@blueprint.route("/desk/<community>/holders/new", methods=["GET", "POST"])
@for_roles(*KEEPERS)
def holder_new() -> ResponseReturnValue:
    here, by = community(), person()
    form = name_holder_form()
    if request.method == "POST" and acted(
        form,
        lambda session: name_holder(
            session,
            NameHolder(community_id=here.id, kind=HolderKind(form.kind.data), name=form.name.text),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("“%(name)s”已经添加。", name=form.name.text), "done")
        return redirect(url_for(".holders"), code=303)
    return render_template(
        "proceeds/holders/new.html", form=form, hints=holder_hints()
    ), form.status


@blueprint.route("/desk/<community>/holders/<int:holder_id>", methods=["GET", "POST"])
@for_roles(*KEEPERS)
def holder(holder_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = holder_now(reading(), here.id, holder_id)
    form = RenameForm(data={"name": known.name})
    if request.method == "POST" and acted(
        form,
        lambda session: rename_holder(
            session, here.id, holder_id, form.name.text, by_id=by.id, now=clock()
        ),
    ):
        flash(gettext("名称已经改好，账上的钱不变。"), "done")
        return redirect(url_for(".holders"), code=303)
    return _page(holder_id, form)


@blueprint.post("/desk/<community>/holders/<int:holder_id>/closure")
@for_roles(*KEEPERS)
def holder_close(holder_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = _unsent_form(holder_id)
    if acted(
        Form(),
        lambda session: close_holder(session, here.id, holder_id, by_id=by.id, now=clock()),
        on=form,
    ):
        flash(gettext("已经停用，以后选账户时不再出现。"), "done")
        return redirect(url_for(".holders"), code=303)
    return _page(holder_id, form)


@blueprint.post("/desk/<community>/holders/<int:holder_id>/reopening")
@for_roles(*KEEPERS)
def holder_reopen(holder_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = _unsent_form(holder_id)
    if acted(
        Form(),
        lambda session: reopen_holder(session, here.id, holder_id, by_id=by.id, now=clock()),
        on=form,
    ):
        flash(gettext("已经恢复使用。"), "done")
        return redirect(url_for(".holders"), code=303)
    return _page(holder_id, form)


def _unsent_form(holder_id: int) -> RenameForm:
    known = holder_now(reading(), community().id, holder_id)
    return RenameForm(formdata=None, data={"name": known.name})


def _page(holder_id: int, form: RenameForm) -> ResponseReturnValue:
    known = holder_now(reading(), community().id, holder_id)
    return render_template("proceeds/holders/holder.html", form=form, known=known), form.status
