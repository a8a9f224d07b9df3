"""Entrepreneurs and their enterprises."""

from market.models.livelihood.enterprises import Enterprise, EnterpriseAccess, EnterprisePicture
from market.models.livelihood.income import ReportedIncome
from market.models.livelihood.learning import (
    Course,
    CourseSeat,
    Mentoring,
    MentorSession,
    SkillTaught,
    SkillWanted,
)
from market.models.livelihood.support import (
    ApplicationAppeal,
    ApplicationReview,
    BudgetItem,
    MilestoneEvidence,
    SupportApplication,
    Tranche,
)

__all__ = [
    "ApplicationAppeal",
    "ApplicationReview",
    "BudgetItem",
    "Course",
    "CourseSeat",
    "Enterprise",
    "EnterpriseAccess",
    "EnterprisePicture",
    "MentorSession",
    "Mentoring",
    "MilestoneEvidence",
    "ReportedIncome",
    "SkillTaught",
    "SkillWanted",
    "SupportApplication",
    "Tranche",
]
