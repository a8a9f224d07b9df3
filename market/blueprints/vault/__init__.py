"""The vault's pages: child files by label, opened for a purpose; who opened them; what is due to go.

One of them is open to anybody: where a neighbour leaves a telephone.
"""

from flask import Blueprint

blueprint = Blueprint("vault", __name__)

from market.blueprints.vault import (  # noqa: E402, F401 - the routes
    closed,
    entrepreneurs,
    erasing,
    files,
    hold_contacts,
    holding,
    openings,
    pictures,
    sampling,
    wishes,
)
