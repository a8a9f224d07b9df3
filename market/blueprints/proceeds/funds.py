"""Funds at the desk: what came in, what is promised, what is free; naming a new one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.proceeds.funds import MOST_NAME, MOST_NAME_EN, CreateFund, create_fund
from market.blueprints.proceeds import blueprint
from market.domain.errors import N_
from market.domain.people import Role
from market.domain.proceeds.purpose import FundPurpose
from market.extensions import reading
from market.queries.proceeds.funds import fund_page, funds_of
from market.web.access import community, for_roles, person
from market.web.desk import DeskPage, offer
from market.web.forms import CardsField, Form, TextField, acted
from market.web.sessions import clock

READERS = (Role.TREASURER, Role.SOCIAL_WORKER, Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR)
_HINTS = {
    FundPurpose.WISHES: N_("只用来点亮微心愿"),
    FundPurpose.ENTERPRISE: N_("只用来支持残疾人创业"),
    FundPurpose.RUNNING_COSTS: N_("只用来付市集必要的开支，要写在公开的分配里"),
}

blueprint.record(
    lambda state: offer(
        state.app,
        DeskPage(
            40, "proceeds.funds", N_("专款"), "scale", under=("proceeds.fund", "proceeds.prop")
        ),
    )
)


class FundForm(Form):
    purpose = CardsField(lazy_gettext("做什么用"))
    name = TextField(lazy_gettext("名称"), most=MOST_NAME)
    name_en = TextField(lazy_gettext("英文名称"), most=MOST_NAME_EN, optional=True)


@blueprint.get("/desk/<community>/funds")
@for_roles(*READERS)
def funds() -> ResponseReturnValue:
    held = person().roles_in(community().id)
    return render_template(
        "proceeds/funds/list.html",
        funds=funds_of(reading(), community().id),
        may_create=Role.ADMINISTRATOR in held,
    )


@blueprint.route("/desk/<community>/funds/new", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
def fund_new() -> ResponseReturnValue:
    here, by = community(), person()
    form = FundForm()
    form.purpose.choices = [(str(purpose), gettext(purpose.label)) for purpose in FundPurpose]
    if request.method == "POST":
        done = acted(
            form,
            lambda session: create_fund(
                session,
                CreateFund(
                    community_id=here.id,
                    purpose=FundPurpose(form.purpose.data),
                    name=form.name.text,
                    name_en=form.name_en.text,
                ),
                by_id=by.id,
                now=clock(),
            ),
        )
        if done:
            flash(gettext("“%(name)s”已经添加。", name=form.name.text), "done")
            return redirect(url_for(".fund", fund_id=done.result.id), code=303)
    hints = {str(purpose): gettext(words) for purpose, words in _HINTS.items()}
    return render_template("proceeds/funds/new.html", form=form, hints=hints), form.status


@blueprint.get("/desk/<community>/funds/<int:fund_id>")
@for_roles(*READERS)
def fund(fund_id: int) -> ResponseReturnValue:
    shown = fund_page(reading(), community().id, fund_id)
    held = person().roles_in(community().id)
    return render_template(
        "proceeds/funds/fund.html",
        shown=shown,
        may_propose=bool(held & {Role.SOCIAL_WORKER, Role.TREASURER, Role.ADMINISTRATOR})
        and shown.fund.purpose is not FundPurpose.ENTERPRISE,
        as_of=clock(),
    )
