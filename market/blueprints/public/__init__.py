"""What anybody may see: the wall, a wish, a receipt, a market."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)

from market.blueprints.public import (  # noqa: E402, F401 - the routes
    api,
    bookings,
    bulletin,
    concerns,
    disclosures,
    feed,
    funds,
    live,
    markets,
    open_data,
    open_lists,
    pictures,
    posters,
    receipts,
    stopping,
    wishes,
)
