"""The service market: market days, stalls, listings, tills, selling, closing."""

from flask import Blueprint

blueprint = Blueprint("sales", __name__)
