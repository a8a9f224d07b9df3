"""Signing in, people and their roles."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)
