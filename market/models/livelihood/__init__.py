"""Entrepreneurs and their enterprises."""

from market.models.livelihood.enterprises import Enterprise, EnterpriseAccess
from market.models.livelihood.income import ReportedIncome

__all__ = ["Enterprise", "EnterpriseAccess", "ReportedIncome"]
