"""公示 at the desk: what is due by when, and publishing what a market day came to."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext

from market.actions.public.disclosing import Publish, publish
from market.blueprints.reports import blueprint
from market.blueprints.reports.home import READERS
from market.domain.people import Role
from market.domain.public.disclosure import MOST_WHY, changes_between, read_figures
from market.domain.sales.legal_basis import BasisKind
from market.extensions import reading
from market.queries.public.disclosures import (
    disclosures_due,
    duties,
    figures_of_day,
    last_published,
)
from market.queries.sales.market_days import market_day_now
from market.queries.sales.tills import NoSuchMarketDay
from market.web.access import community, for_roles, person
from market.web.desk import DeskWaiting, may_enter, offer_waiting
from market.web.disclosed import lines_of, shown_changes
from market.web.filters import local
from market.web.forms import Form, LinesField, acted
from market.web.sessions import clock

RECENT = 12
"""Market days whose books are compared with what was published: older ones hardly change, and each
costs ten questions."""
PUBLISHERS = (Role.TREASURER, Role.SOCIAL_WORKER, Role.ADMINISTRATOR)


class PublishForm(Form):
    why = LinesField(lazy_gettext("更正说明"), most=MOST_WHY, optional=True)


blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=60,
            endpoint="reports.disclosures",
            icon="globe",
            count=lambda session, community_id, _person_id: disclosures_due(
                session, community_id, today=local(clock()).date()
            ),
            words=lambda number: ngettext(
                "%(num)s 场市集等着公示收支", "%(num)s 场市集等着公示收支", number
            ),
            roles=frozenset(PUBLISHERS),
        ),
    )
)


@blueprint.get("/desk/<community>/disclosures")
@for_roles(*READERS)
def disclosures() -> ResponseReturnValue:
    today = local(clock()).date()
    rows = duties(reading(), community().id, today=today)
    return render_template(
        "reports/disclosures.html",
        rows=rows,
        changed={
            row.market_id for row in rows[:RECENT] if row.hash and _has_changed(row.slug, row.hash)
        },
        today=today,
        kinds=BasisKind,
        may_publish=may_enter("reports.disclosure_new"),
    )


@blueprint.route("/desk/<community>/markets/<int:market_id>/disclosure", methods=["GET", "POST"])
@for_roles(*PUBLISHERS)
def disclosure_new(market_id: int) -> ResponseReturnValue:
    here, by, form = community(), person(), PublishForm()
    day = market_day_now(reading(), here.id, market_id)
    if request.method == "POST":
        command = Publish(
            community_id=here.id, market_day_id=market_id, seen=_hash_seen(), why=form.why.text
        )
        done = acted(form, lambda session: publish(session, command, by_id=by.id, now=clock()))
        if done:
            flash(
                gettext("公示好了。以后数有变化，就再公示一份，写明原因；这一份会一直留着。"),
                "done",
            )
            return redirect(url_for(".disclosures"), code=303)
    figures = figures_of_day(reading(), day.slug)
    if figures is None:
        raise NoSuchMarketDay
    last = last_published(reading(), day.id)
    before = read_figures(last.figures) if last else None
    page = render_template(
        "reports/disclosure_new.html",
        form=form,
        day=day,
        figures=figures,
        lines=lines_of(figures),
        last=last,
        changes=shown_changes(changes_between(before, figures)) if before else [],
        closed=bool(day.tills) and not day.open_tills,
    )
    return page, form.status


def _has_changed(slug: str, published: bytes) -> bool:
    """Whether the books say something else now than what was published last."""
    figures = figures_of_day(reading(), slug)
    return figures is not None and figures.hash != published


def _hash_seen() -> bytes:
    """The hash of the figures that were on the page whose button was pressed."""
    try:
        return bytes.fromhex(request.form.get("seen", ""))
    except ValueError:
        return b""
