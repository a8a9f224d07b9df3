"""Entrepreneurs: their own pages, and the desk's for what supports them."""

from flask import Blueprint

blueprint = Blueprint("livelihood", __name__)

from market.blueprints.livelihood import (  # noqa: E402, F401 - the routes
    applications,
    cards,
    consignors,
    courses,
    desk,
    enterprises,
    mentoring,
    mine,
    my_application,
    my_helpers,
    my_income,
    my_learning,
    my_money,
    my_page,
    public,
    spending,
    support,
)
