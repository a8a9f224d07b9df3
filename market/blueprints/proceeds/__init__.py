"""Where the money goes: funds, allocations, wishes, money moved by two."""

from flask import Blueprint

blueprint = Blueprint("proceeds", __name__)

from market.blueprints.proceeds import (  # noqa: E402, F401 - the routes
    allocations,
    books,
    consents_ending,
    funds,
    holders,
    lighting,
    months,
    moves,
    outside,
    parties,
    purchases,
    wish_cards,
    wish_care,
    wish_consent_sheet,
    wish_holds,
    wish_list,
    wish_priority,
    wish_refusals,
    wish_reviews,
    wish_steps,
    wish_thanks,
    wishes,
)
