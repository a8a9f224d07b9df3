"""One-time links made by administrators: shown once, as a QR code and as words to send."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.people.links import invite, offer_reset, withdraw_link
from market.blueprints.people import blueprint
from market.blueprints.people.forms import InvitationForm
from market.blueprints.people.words import role_choices, role_hints, role_names
from market.domain.people import Role
from market.extensions import reading, unit_of_work
from market.queries.people.community_people import link_out, person_of
from market.web.access import community, for_roles, person
from market.web.forms import Form, acted
from market.web.qr import qr_png
from market.web.second_factor import asks_for_a_code
from market.web.sessions import clock, new_token, token_hash

_SHOWN = "link"
"""Where the cookie of who made a link keeps its token, so that its page can show it."""


@blueprint.route("/desk/<community>/people/invitations/new", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
@asks_for_a_code()
def new_invitation() -> ResponseReturnValue:
    form = InvitationForm()
    form.roles.choices = role_choices()
    here, by, token = community(), person(), new_token()
    done = request.method == "POST" and acted(
        form,
        lambda session: invite(
            session,
            token_hash(token),
            form.chosen,
            community_id=here.id,
            by_id=by.id,
            now=clock(),
        ),
    )
    if done:
        return _show(done.result, token)
    return render_template("people/invite.html", form=form, hints=role_hints()), form.status


@blueprint.post("/desk/<community>/people/<int:person_id>/reset-links")
@for_roles(Role.ADMINISTRATOR)
@asks_for_a_code()
def new_reset_link(person_id: int) -> ResponseReturnValue:
    form, here, by, token = Form(), community(), person(), new_token()
    done = acted(
        form,
        lambda session: offer_reset(
            session,
            token_hash(token),
            person_id,
            community_id=here.id,
            by_id=by.id,
            now=clock(),
        ),
    )
    if done:
        return _show(done.result, token)
    whose = person_of(reading(), here.id, person_id)
    return render_template("people/reset_refused.html", form=form, whose=whose), form.status


@blueprint.get("/desk/<community>/people/links/<int:link_id>")
@for_roles(Role.ADMINISTRATOR)
def one_link(link_id: int) -> ResponseReturnValue:
    here = community()
    link = link_out(reading(), here.id, link_id, clock())
    page = render_template(
        "people/link.html",
        link=link,
        link_id=link_id,
        roles=role_names(link.roles) if link else "",
        address=_address(link_id) if link else None,
        place=here.name,
    )
    return page, 200 if link else 404


@blueprint.get("/desk/<community>/people/links/<int:link_id>/qr.png")
@for_roles(Role.ADMINISTRATOR)
def link_picture(link_id: int) -> ResponseReturnValue:
    address = _address(link_id)
    if address is None:
        abort(404)
    return Response(qr_png(address), mimetype="image/png", headers={"Cache-Control": "no-store"})


@blueprint.post("/desk/<community>/people/links/<int:link_id>/withdrawal")
@for_roles(Role.ADMINISTRATOR)
def withdraw(link_id: int) -> ResponseReturnValue:
    with unit_of_work() as work:
        withdraw_link(work, link_id, community_id=community().id, by_id=person().id, now=clock())
    flash(gettext("链接已经作废。"), "done")
    return redirect(url_for(".people"), code=303)


def _show(link_id: int, token: str) -> ResponseReturnValue:
    session[_SHOWN] = [link_id, token]
    return redirect(url_for(".one_link", link_id=link_id), code=303)


def _address(link_id: int) -> str | None:
    shown, token = session.get(_SHOWN) or (None, "")
    return url_for("people.join", token=token, _external=True) if shown == link_id else None
