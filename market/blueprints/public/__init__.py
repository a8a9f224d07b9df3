"""What anybody may see: the wall, a wish, a receipt, a market."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)
