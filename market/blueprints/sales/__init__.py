"""The service market: market days, stalls, listings, tills, selling, closing."""

from flask import Blueprint

blueprint = Blueprint("sales", __name__)

from market.blueprints.sales import (  # noqa: E402, F401 - the routes
    api,
    basis,
    board,
    checklist,
    closing,
    code_pictures,
    desk,
    food,
    goods,
    joining,
    listings,
    market_days,
    offline,
    paper,
    passes,
    pasting,
    policy,
    postponing,
    printing,
    refunds,
    rescue,
    rota,
    second_counter,
    selling,
    services,
    set_aside,
    stalls,
    statements,
    tills,
    turns,
)
