"""A consent taken back, by its opaque reference alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """One purpose of one sheet, for all that was recorded up to `at`."""

    community_id: int
    reference: str
    purpose: str
    at: datetime
