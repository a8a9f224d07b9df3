"""A wish put before the others at the desk, with the reason in writing."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.proceeds.priority import MOST_REASON, PutFirst, put_first
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.wish_desk import WRITERS, today
from market.extensions import reading
from market.queries.proceeds.priority import priority_of
from market.queries.proceeds.wishes import wish_at_hand
from market.web.access import community, for_roles, person
from market.web.forms import Form, TextField, acted
from market.web.sessions import clock


class PriorityForm(Form):
    reason = TextField(lazy_gettext("理由"), most=MOST_REASON)


@blueprint.route("/desk/<community>/wishes/<int:wish_id>/priority", methods=["GET", "POST"])
@for_roles(*WRITERS)
def wish_priority(wish_id: int) -> ResponseReturnValue:
    """The other way round from how it stands: put first, or back in line."""
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    last = priority_of(reading(), wish_id)
    first = last is None or not last.first
    form = PriorityForm()
    done = form.is_submitted() and acted(
        form,
        lambda session: put_first(
            session,
            PutFirst(community_id=here.id, wish_id=wish_id, first=first, reason=form.reason.text),
            by_id=by.id,
            now=clock(),
        ),
    )
    if done:
        flash(gettext("排到前面了。") if first else gettext("回到原来的顺序了。"), "done")
        return redirect(url_for(".wish", wish_id=wish_id), code=303)
    page = render_template(
        "proceeds/wishes/priority.html", form=form, known=known, last=last, first=first
    )
    return page, form.status
