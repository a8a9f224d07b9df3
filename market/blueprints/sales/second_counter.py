"""The second counter's word on her own phone: she scans what the first one's shows, with no account."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from market.actions.sales.counting import confirm_by_code
from market.blueprints.sales import blueprint
from market.blueprints.sales.count_codes import CodeOver, till_of
from market.extensions import reading
from market.queries.sales.closings import CountNow, count_of
from market.queries.sales.tills import TillNow, till_now
from market.web.access import community, public
from market.web.forms import Form, acted
from market.web.sessions import clock, whoever


@blueprint.route("/till/<community>/second/<code>", methods=["GET", "POST"])
@public
def count_second(code: str) -> ResponseReturnValue:
    """What was counted, never what was expected, and a button; after that a word of thanks."""
    till, count = _counted(code)
    form = Form()
    if request.method == "POST" and acted(
        form,
        lambda session: confirm_by_code(
            session, till.community_id, till.id, by_id=_by_id(till), now=clock()
        ),
    ):
        return redirect(url_for(".count_second", code=code), code=303)
    page = render_template("sales/till/second.html", till=till, count=count, form=form, code=code)
    return page, form.status


def _counted(code: str) -> tuple[TillNow, CountNow]:
    till_id, counted = till_of(code)
    till = till_now(reading(), community().id, till_id)
    count = count_of(reading(), till_id)
    if count is None or int(count.counted_at.timestamp()) != counted:
        raise CodeOver
    return till, count


def _by_id(till: TillNow) -> int | None:
    """Whoever is signed in on this phone, if they are of this community."""
    known = whoever()
    return known.id if known is not None and known.roles_in(till.community_id) else None
