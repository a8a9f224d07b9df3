"""What the desk's pages of livelihood share: who may do what there, and their place in the menu."""

from __future__ import annotations

from market.blueprints.livelihood import blueprint
from market.domain.errors import N_
from market.domain.people import Role
from market.web.desk import DeskPage, offer

READERS = (
    Role.SOCIAL_WORKER,
    Role.ADMINISTRATOR,
    Role.TREASURER,
    Role.REVIEWER,
    Role.AUDITOR,
)
"""Who may look at enterprises and at what consignors are owed: everybody of the desk."""
WRITERS = (Role.SOCIAL_WORKER, Role.ADMINISTRATOR)
"""Who begins enterprises, gives out cards and plans courses."""
TEACHERS = (*READERS, Role.VOLUNTEER)
"""Who may teach: everybody who has a part here."""

blueprint.record(
    lambda state: offer(
        state.app,
        DeskPage(
            43,
            "livelihood.enterprises",
            N_("创业者"),
            "handover",
            under=("livelihood.enterprise", "livelihood.consignor"),
        ),
        DeskPage(
            44,
            "livelihood.courses",
            N_("培训和辅导"),
            "book",
            under=("livelihood.course", "livelihood.mentoring", "livelihood.teaching"),
        ),
    )
)
