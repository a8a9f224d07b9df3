"""What a community settles for itself, for its administrators."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.people.settings import ChangeSettings, change_settings
from market.blueprints.people import blueprint
from market.blueprints.people.forms import SettingsForm
from market.domain.errors import N_
from market.domain.people import Role
from market.web.access import community, for_roles, person
from market.web.desk import DeskPage, offer
from market.web.forms import acted
from market.web.second_factor import asks_for_a_code
from market.web.sessions import clock

blueprint.record(
    lambda state: offer(state.app, DeskPage(95, "people.settings", N_("设置"), "sliders"))
)


@blueprint.route("/desk/<community>/settings", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
@asks_for_a_code()
def settings() -> ResponseReturnValue:
    here, by = community(), person()
    form = SettingsForm(
        data={
            "name": here.name,
            "contact": here.contact,
            "small_refund": here.small_refund_minor,
            "variance_reason": here.variance_reason_minor,
            "wish_ceiling": here.wish_ceiling_minor,
            "second_factor": here.second_factor_required,
        }
    )
    if request.method == "POST" and acted(
        form,
        lambda session: change_settings(
            session,
            ChangeSettings(
                community_id=here.id,
                name=form.name.text,
                contact=form.contact.text,
                small_refund_minor=form.small_refund.minor,
                variance_reason_minor=form.variance_reason.minor,
                wish_ceiling_minor=form.wish_ceiling.minor,
                second_factor_required=form.second_factor.data,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("设置已经改好，从现在起生效。"), "done")
        return redirect(url_for(".settings"), code=303)
    return render_template("people/settings.html", form=form), form.status
