"""Entrepreneurs: their own pages, and the desk's for what supports them."""

from flask import Blueprint

blueprint = Blueprint("livelihood", __name__)

from market.blueprints.livelihood import (  # noqa: E402, F401 - the routes
    cards,
    consignors,
    desk,
    enterprises,
    mine,
    my_income,
    my_money,
)
