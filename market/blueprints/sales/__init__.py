"""The service market: market days, stalls, listings, tills, selling, closing."""

from flask import Blueprint

blueprint = Blueprint("sales", __name__)

from market.blueprints.sales import closing, selling, tills  # noqa: E402, F401 - the routes
