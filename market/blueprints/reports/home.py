"""The first page of the reports: market days to report on, and what else there is to read and print."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from market.blueprints.reports import blueprint
from market.domain.errors import N_
from market.domain.people import Role
from market.extensions import reading
from market.queries.sales.market_days import When, market_days
from market.web.access import community, for_roles
from market.web.desk import DeskPage, offer
from market.web.filters import local
from market.web.sessions import clock

READERS = (Role.TREASURER, Role.SOCIAL_WORKER, Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR)

blueprint.record(
    lambda state: offer(
        state.app, DeskPage(70, "reports.home", N_("报表"), "chart", under=("reports.",))
    )
)


@blueprint.get("/desk/<community>/reports")
@for_roles(*READERS)
def home() -> ResponseReturnValue:
    # Until tomorrow, so that today's market is among them.
    page = market_days(
        reading(),
        community().id,
        when=When.PAST,
        today=local(clock()).date().fromordinal(local(clock()).toordinal() + 1),
        number=request.args.get("page", 1, type=int),
    )
    return render_template("reports/home.html", page=page)
