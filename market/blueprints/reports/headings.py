"""Under which official heading each kind of account stands on paper: read by the desk, chosen by treasurers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext

from market.actions.ledger.headings import ChooseHeadings, choose_headings
from market.blueprints.reports import blueprint
from market.blueprints.reports.home import READERS
from market.domain.ledger.account import AccountKind
from market.domain.ledger.heading import MOST_NAME, PRESET
from market.domain.people import Role
from market.extensions import reading
from market.queries.ledger.headings import headings_of
from market.web.access import community, for_roles, person
from market.web.forms import Form, TextField, acted
from market.web.sessions import clock

MOST_CODE = 12


class HeadingsForm(Form):
    """Code and name for every kind of account: `code_bank`, `name_bank`, …"""

    def typed(self) -> dict[AccountKind, tuple[str, str]]:
        return {
            kind: (self[f"code_{kind}"].text, self[f"name_{kind}"].text) for kind in AccountKind
        }


for _kind in AccountKind:
    setattr(HeadingsForm, f"code_{_kind}", TextField(lazy_gettext("科目编号"), most=MOST_CODE))
    setattr(HeadingsForm, f"name_{_kind}", TextField(lazy_gettext("科目名称"), most=MOST_NAME))


@blueprint.get("/desk/<community>/reports/headings")
@for_roles(*READERS)
def headings() -> ResponseReturnValue:
    known = headings_of(reading(), community().id)
    return render_template("reports/headings.html", headings=known, preset=PRESET)


@blueprint.route("/desk/<community>/reports/headings/change", methods=["GET", "POST"])
@for_roles(Role.TREASURER)
def headings_change() -> ResponseReturnValue:
    here, by = community(), person()
    known = PRESET if request.args.get("preset") else headings_of(reading(), here.id)
    form = HeadingsForm(
        data={
            name: value
            for kind, heading in known.items()
            for name, value in ((f"code_{kind}", heading.code), (f"name_{kind}", heading.name))
        }
    )
    if request.method == "POST":
        done = acted(
            form,
            lambda session: choose_headings(
                session,
                ChooseHeadings(community_id=here.id, typed=form.typed()),
                by_id=by.id,
                now=clock(),
            ),
        )
        if done:
            flash(_said(done.result), "done")
            return redirect(url_for(".headings"), code=303)
    return (
        render_template("reports/headings_change.html", form=form, kinds=list(AccountKind)),
        form.status,
    )


def _said(changed: int) -> str:
    if not changed:
        return str(gettext("和原来一样，没有改动。"))
    return str(
        ngettext(
            "改好了 %(num)s 个科目。账本没有变，只是纸上的叫法变了。",
            "改好了 %(num)s 个科目。账本没有变，只是纸上的叫法变了。",
            changed,
        )
    )
