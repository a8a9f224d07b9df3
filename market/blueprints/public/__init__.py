"""What anybody may see: the wall, a wish, a receipt, a market."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)

from market.blueprints.public import (  # noqa: E402, F401 - the routes
    bookings,
    bulletin,
    concerns,
    disclosures,
    live,
    markets,
    pictures,
    posters,
    receipts,
    stopping,
    wishes,
)
