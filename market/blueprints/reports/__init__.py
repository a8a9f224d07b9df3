"""Reports: what a market day came to, lists to take along, accounting papers, the books' own check."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__)

from market.blueprints.reports import (  # noqa: E402, F401 - the routes
    album,
    allocations,
    checks,
    concerns,
    disclosures,
    headings,
    home,
    market_day,
    market_sales,
    package,
    papers,
)
