"""People: who they are and how they come in."""

from market.models.people.outside import OutsideReview
from market.models.people.people import Community, DeclaredInterest, Person, RoleGrant
from market.models.people.signing_in import Miss, OneTimeLink, SecondFactor, WebSession

__all__ = [
    "Community",
    "DeclaredInterest",
    "Miss",
    "OneTimeLink",
    "OutsideReview",
    "Person",
    "RoleGrant",
    "SecondFactor",
    "WebSession",
]
