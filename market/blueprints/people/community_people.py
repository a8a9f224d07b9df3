"""The people of a community and their roles, for its administrators."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.people.roles import (
    close_account,
    grant_role,
    revoke_role,
    sign_out_everywhere,
)
from market.blueprints.people import blueprint
from market.blueprints.people.forms import ClosureForm, GrantForm
from market.blueprints.people.words import role_choices, role_hints, role_names
from market.domain.errors import N_
from market.domain.people import Role
from market.extensions import reading
from market.queries.people.community_people import (
    links_out,
    people_of,
    person_of,
    role_history,
)
from market.queries.people.second_factor import factor_of
from market.web.access import community, for_roles, person
from market.web.desk import DeskPage, offer
from market.web.forms import Form, acted
from market.web.second_factor import asks_for_a_code
from market.web.sessions import clock

blueprint.record(
    lambda state: offer(
        state.app,
        DeskPage(
            90,
            "people.people",
            N_("人员"),
            "people",
            under=("people.one_", "people.new_", "people.close", "people.grant"),
        ),
    )
)


@blueprint.get("/desk/<community>/people")
@for_roles(Role.ADMINISTRATOR, Role.AUDITOR)
def people() -> ResponseReturnValue:
    here = community()
    return render_template(
        "people/people.html",
        people=people_of(reading(), here.id),
        links=links_out(reading(), here.id, clock()),
        role_names=role_names,
        may_change=_may_change(),
    )


@blueprint.get("/desk/<community>/people/<int:person_id>")
@for_roles(Role.ADMINISTRATOR, Role.AUDITOR)
def one_person(person_id: int) -> ResponseReturnValue:
    return _page(person_id, GrantForm())


@blueprint.post("/desk/<community>/people/<int:person_id>/roles")
@for_roles(Role.ADMINISTRATOR)
@asks_for_a_code()
def grant(person_id: int) -> ResponseReturnValue:
    form = GrantForm()
    form.role.choices = role_choices()
    here, by = community(), person()
    done = acted(
        form,
        lambda session: grant_role(
            session,
            person_id,
            Role(form.role.data),
            community_id=here.id,
            by_id=by.id,
            now=clock(),
        ),
    )
    if done is None:
        return _page(person_id, form)
    flash(gettext("角色已经添加。"), "done")
    return _back_to(person_id)


@blueprint.post("/desk/<community>/people/<int:person_id>/roles/<role>/revocation")
@for_roles(Role.ADMINISTRATOR)
@asks_for_a_code()
def revoke(person_id: int, role: str) -> ResponseReturnValue:
    if role not in set(Role):
        abort(404)
    form = GrantForm(formdata=None)
    here, by = community(), person()
    done = acted(
        Form(),
        lambda session: revoke_role(
            session, person_id, Role(role), community_id=here.id, by_id=by.id, now=clock()
        ),
        on=form,
    )
    if done is None:
        return _page(person_id, form)
    flash(gettext("角色已经撤销。"), "done")
    return _back_to(person_id)


@blueprint.post("/desk/<community>/people/<int:person_id>/sessions/end")
@for_roles(Role.ADMINISTRATOR)
def end_sessions(person_id: int) -> ResponseReturnValue:
    form = GrantForm(formdata=None)
    here, by = community(), person()
    done = acted(
        Form(),
        lambda session: sign_out_everywhere(
            session, person_id, community_id=here.id, by_id=by.id, now=clock()
        ),
        on=form,
    )
    if done is None:
        return _page(person_id, form)
    flash(gettext("这个人在所有手机和电脑上的登录都已退出。"), "done")
    return _back_to(person_id)


@blueprint.route("/desk/<community>/people/<int:person_id>/closure", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
@asks_for_a_code()
def close(person_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    whose = person_of(reading(), here.id, person_id)
    form = ClosureForm()
    if request.method == "POST" and _sure(form):
        done = acted(
            form,
            lambda session: close_account(
                session, person_id, community_id=here.id, by_id=by.id, now=clock()
            ),
        )
        if done:
            flash(gettext("账号已经关闭。"), "done")
            return redirect(url_for(".people"), code=303)
    return render_template("people/close.html", form=form, whose=whose), form.status


def _page(person_id: int, form: GrantForm) -> ResponseReturnValue:
    here = community()
    whose = person_of(reading(), here.id, person_id)
    form.role.choices = [
        (value, name) for value, name in role_choices() if Role(value) not in whose.roles
    ]
    page = render_template(
        "people/person.html",
        whose=whose,
        history=role_history(reading(), here.id, person_id),
        form=form,
        hints=role_hints(),
        may_change=_may_change() and whose.closed_at is None,
        factor=factor_of(reading(), person_id),
    )
    return page, form.status


def _sure(form: ClosureForm) -> bool:
    if form.validate() and not form.sure.data:
        form.sure.errors = [gettext("请先勾选确认。")]
    return not form.errors


def _may_change() -> bool:
    return Role.ADMINISTRATOR in person().roles_in(community().id)


def _back_to(person_id: int) -> ResponseReturnValue:
    return redirect(url_for(".one_person", person_id=person_id), code=303)
