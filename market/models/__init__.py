"""Rows: what is kept, and what one row knows of itself. No Flask here."""

from market.models import ledger, livelihood, people, proceeds, public, sales
from market.models.base import Base

__all__ = ["Base", "ledger", "livelihood", "people", "proceeds", "public", "sales"]
