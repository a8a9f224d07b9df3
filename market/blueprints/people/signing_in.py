"""Signing in with a password, signing out, and choosing the community to work for."""

from __future__ import annotations

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from market.actions.people.passwords import hash_password, is_outdated
from market.actions.people.signing_in import end_session, open_session, renew_hash
from market.blueprints.people import blueprint
from market.blueprints.people.forms import SignInForm
from market.blueprints.people.proving import Proof, proof_of
from market.extensions import reading, unit_of_work
from market.queries.people.outside import reviews_of
from market.queries.people.signing_in import Desk, credentials_of, desks_of
from market.web import sessions
from market.web.access import access_of, person, public, signed_in
from market.web.addresses import local_path
from market.web.forms import acted
from market.web.preferences import remember_language
from market.web.sessions import clock, whoever


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    onward = local_path(request.args.get("next")) or url_for("people.choose_desk")
    form = SignInForm()
    if request.method == "GET" and whoever() is not None:
        return redirect(onward, code=303)
    if request.method == "POST" and form.validate() and _opened(form):
        return redirect(onward, code=303)
    response = make_response(render_template("people/sign_in.html", form=form), form.status)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    known = whoever()
    if known is not None:
        with unit_of_work() as session:
            end_session(session, known.session_id, person_id=known.id, now=clock())
    sessions.end()
    flash(gettext("您已经退出。"), "done")
    return redirect(url_for("people.sign_in"), code=303)


@blueprint.get("/desk/")
@signed_in
def choose_desk() -> ResponseReturnValue:
    desks = desks_of(reading(), [place for place, held in person().roles.items() if held])
    if len(desks) == 1:
        return redirect(_door(desks[0]), code=303)
    if not desks and reviews_of(reading(), person().id):
        return redirect(url_for("proceeds.my_reviews"), code=303)
    doors = [{"text": desk.name, "href": _door(desk), "icon": "stall"} for desk in desks]
    return render_template("people/desks.html", doors=doors)


def _opened(form: SignInForm) -> bool:
    """Whether the password was right, and a session of this browser's own has begun."""
    proof = proof_of(
        form, form.username.text, form.password.data, credentials_of(reading(), form.username.text)
    )
    return proof is not None and begin_session(form, proof, form.password.data)


def begin_session(form: SignInForm, proof: Proof, password: str) -> bool:
    """Open a session for who has proved to be somebody; the one this browser had is over."""
    kept = proof.known.password_hash or ""
    renewed = hash_password(password) if is_outdated(kept) else None
    token = sessions.new_token()
    old = sessions.carried_hash()

    def act(session: Session) -> None:
        proof.settle(session)
        if renewed:
            renew_hash(session, proof.known.person_id, old=kept, new=renewed)
        open_session(
            session, proof.known.person_id, sessions.token_hash(token), now=clock(), old=old
        )

    if acted(form, act) is None:
        return False
    sessions.begin(token)
    if proof.known.locale:
        remember_language(proof.known.locale)
    return True


def _door(desk: Desk) -> str:
    """Where this person starts in a community: the desk, or the till for who only sells."""
    access = access_of(current_app, "sales.desk")
    if access is None or access.roles & person().roles_in(desk.community_id):
        return url_for("sales.desk", community=desk.slug)
    return url_for("sales.tills_home")
