"""Signing in, people and their roles."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)

# The views need the blueprint to exist.
from market.blueprints.people import (  # noqa: E402, F401
    community_people,
    joining,
    links,
    me,
    second_factor,
    settings,
    signing_in,
)
