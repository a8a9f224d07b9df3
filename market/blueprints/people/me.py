"""One's own page: name, password, language, and where one is signed in."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from market.actions.people.account import choose_language, rename
from market.actions.people.passwords import hash_password
from market.actions.people.signing_in import (
    end_other_sessions,
    end_session,
    set_password,
)
from market.blueprints.people import blueprint
from market.blueprints.people.forms import ChangePasswordForm, LanguageForm, NameForm
from market.blueprints.people.proving import proof_of
from market.config import Settings
from market.extensions import reading, unit_of_work
from market.queries.people.second_factor import factor_of
from market.queries.people.signing_in import credentials_by_id, standing_sessions
from market.web.access import person, signed_in
from market.web.forms import acted
from market.web.preferences import chosen_locale, remember_language, type_size
from market.web.sessions import clock


@blueprint.get("/me")
@signed_in
def me() -> ResponseReturnValue:
    return render_template(
        "people/me.html", type_size=type_size(), factor=factor_of(reading(), person().id)
    )


@blueprint.route("/me/name", methods=["GET", "POST"])
@signed_in
def my_name() -> ResponseReturnValue:
    known = person()
    form = NameForm(data={"name": known.name})
    if request.method == "POST" and acted(
        form, lambda session: rename(session, known.id, form.name.text, now=clock())
    ):
        flash(gettext("称呼已经改好。"), "done")
        return redirect(url_for(".me"), code=303)
    return render_template("people/my_name.html", form=form), form.status


@blueprint.route("/me/password", methods=["GET", "POST"])
@signed_in
def my_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    form.username_said = person().username
    if request.method == "POST" and form.validate() and _password_changed(form):
        flash(gettext("密码已经改好，其他地方的登录都已退出。"), "done")
        return redirect(url_for(".me"), code=303)
    return render_template("people/my_password.html", form=form), form.status


@blueprint.route("/me/language", methods=["GET", "POST"])
@signed_in
def my_language() -> ResponseReturnValue:
    known = person()
    form = LanguageForm(data={"locale": chosen_locale()})
    if request.method == "POST" and acted(
        form, lambda session: choose_language(session, known.id, form.locale.data)
    ):
        remember_language(form.locale.data)
        flash(gettext("页面语言已经改好。"), "done")
        return redirect(url_for(".me"), code=303)
    return render_template("people/my_language.html", form=form), form.status


@blueprint.get("/me/sessions")
@signed_in
def my_sessions() -> ResponseReturnValue:
    settings: Settings = current_app.extensions["settings"]
    now = clock()
    standing = standing_sessions(
        reading(),
        person().id,
        seen_after=now - settings.session_idle,
        created_after=now - settings.session_absolute,
    )
    return render_template("people/my_sessions.html", standing=standing)


@blueprint.post("/me/sessions/<int:session_id>/end")
@signed_in
def end_my_session(session_id: int) -> ResponseReturnValue:
    with unit_of_work() as session:
        end_session(session, session_id, person_id=person().id, now=clock())
    flash(gettext("那次登录已经退出。"), "done")
    return redirect(url_for(".my_sessions"), code=303)


@blueprint.post("/me/sessions/end")
@signed_in
def end_my_other_sessions() -> ResponseReturnValue:
    known = person()
    with unit_of_work() as session:
        end_other_sessions(session, known.id, now=clock(), keep_id=known.session_id)
    flash(gettext("其他地方的登录都已退出。"), "done")
    return redirect(url_for(".my_sessions"), code=303)


def _password_changed(form: ChangePasswordForm) -> bool:
    known = person()
    proof = proof_of(
        form, known.username, form.password.data, credentials_by_id(reading(), known.id)
    )
    if proof is None:
        return False
    changed = hash_password(form.new_password.data)

    def act(session: Session) -> None:
        proof.settle(session)
        set_password(session, known.id, changed, now=clock(), keep_id=known.session_id)

    return acted(form, act) is not None
