"""Where the money goes: funds, allocations, wishes, money moved by two."""

from flask import Blueprint

blueprint = Blueprint("proceeds", __name__)
