"""One-time links taken up: joining by an invitation, or setting a new password.

Looking at the page changes nothing (a messenger's preview looks too); only its form uses the link.
"""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from market.actions.people.account import NewPerson, UsernameTaken
from market.actions.people.joining import join_as_known, join_as_new, reset_password
from market.actions.people.links import LinkSpent
from market.actions.people.passwords import hash_password
from market.actions.people.signing_in import open_session
from market.blueprints.people import blueprint
from market.blueprints.people.forms import JoinForm, NewPasswordForm
from market.blueprints.people.words import role_names
from market.domain.people import UsernameUnusable
from market.extensions import reading
from market.queries.people.signing_in import OpenLink, open_link
from market.web import sessions
from market.web.access import person, public, signed_in
from market.web.forms import Form, acted
from market.web.sessions import clock, token_hash, whoever


@blueprint.route("/join/<token>", methods=["GET", "POST"])
@public
def join(token: str) -> ResponseReturnValue:
    link = open_link(reading(), token_hash(token), clock())
    if link is None:
        raise LinkSpent
    form = _form(link)
    if request.method == "POST" and _taken_up(form, token):
        flash(gettext("欢迎您！已经为您登录。"), "done")
        return redirect(url_for("people.choose_desk"), code=303)
    page = render_template(
        "people/join.html",
        form=form,
        link=link,
        roles=role_names(link.roles),
        known=whoever() if link.purpose == "invite" else None,
        token=token,
    )
    response = make_response(page, form.status)
    response.headers["Cache-Control"] = "no-store"
    # The address is the secret: no other page may learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.post("/join/<token>/membership")
@signed_in
def join_with_my_account(token: str) -> ResponseReturnValue:
    form = Form()
    known = person()
    done = acted(
        form, lambda session: join_as_known(session, token_hash(token), known.id, now=clock())
    )
    if done is None:
        flash(" ".join(form.form_errors), "alert")
        return redirect(url_for("people.join", token=token), code=303)
    flash(gettext("您已经加入。"), "done")
    return redirect(url_for("people.choose_desk"), code=303)


def _form(link: OpenLink) -> JoinForm | NewPasswordForm:
    if link.purpose == "invite":
        return JoinForm()
    form = NewPasswordForm()
    form.username_said = link.username or ""
    return form


def _taken_up(form: JoinForm | NewPasswordForm, token: str) -> bool:
    """Whether the link was used, and whoever used it is signed in on this browser."""
    if not form.validate():
        return False
    # Before the unit of work: hashing takes its time, and others want to write.
    password_hash = hash_password(form.new_password.data)
    session_token = sessions.new_token()
    old = sessions.carried_hash()

    def act(session: Session) -> None:
        if isinstance(form, JoinForm):
            said = NewPerson(
                name=form.name.text, username=form.username.text, password_hash=password_hash
            )
            joined = join_as_new(session, token_hash(token), said, now=clock())
        else:
            joined = reset_password(session, token_hash(token), password_hash, now=clock())
        open_session(session, joined, token_hash(session_token), now=clock(), old=old)

    if acted(form, act, at={UsernameTaken: "username", UsernameUnusable: "username"}) is None:
        return False
    sessions.begin(session_token)
    return True
