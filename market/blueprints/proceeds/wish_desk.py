"""What the pages of wishes share: who may do what, a wish's timeline, whom to ask for a second word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext

from market.actions.ledger.approvers import APPROVERS
from market.actions.ledger.posting import local_day
from market.domain.people import Role
from market.domain.proceeds.wish import WishKind, WishState
from market.domain.proceeds.wish_task import WishTask
from market.extensions import reading
from market.queries.people.community_people import people_of
from market.queries.proceeds.wishes import WishAtDesk, WishAtHand
from market.web.access import community, person
from market.web.sessions import clock

READERS = (
    Role.SOCIAL_WORKER,
    Role.ADMINISTRATOR,
    Role.TREASURER,
    Role.REVIEWER,
    Role.AUDITOR,
)
"""Who may look at wishes: everybody of the desk."""
WRITERS = (Role.SOCIAL_WORKER, Role.ADMINISTRATOR)
"""Who enters wishes and leads them on."""
SPENDERS = (*WRITERS, Role.TREASURER)
"""Who proposes purchases and returns."""
SECONDS = tuple(APPROVERS)
"""Who says the second word."""

_ROAD = (
    ("asked", WishState.DRAFT),
    ("reviewed", WishState.REVIEWED),
    ("lit", WishState.LIT),
    ("bought", WishState.BOUGHT),
    ("delivered", WishState.DELIVERED),
    ("followed_up", WishState.FOLLOWED_UP),
)
_ORDER = list(WishState)


@dataclass(frozen=True, slots=True)
class Step:
    """A step as `timeline.wish_timeline` draws it: done, now or later."""

    key: str
    state: str
    on: datetime | None = None
    due_on: date | None = None
    late: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do for a wish on its page: where, in what words; none if somebody else's."""

    href: str
    text: str
    icon: str
    by_post: bool = False


def holds(roles: tuple[Role, ...]) -> bool:
    """Whether this person holds one of these roles here."""
    return bool(person().roles_in(community().id) & set(roles))


def today() -> date:
    """Today on this community's clock."""
    return local_day(reading(), community().id, clock())


def colleagues() -> list[tuple[int, str]]:
    """Everybody with a role here, by name."""
    return [
        (one.id, one.name)
        for one in people_of(reading(), community().id)
        if one.roles and one.closed_at is None
    ]


def timeline(known: WishAtHand) -> list[Step]:
    """提出 → 核实 → 点亮 → 采购 → 送达 → 回访, of which company is never bought."""
    wish = known.wish
    reached = {step.state: step for step in known.steps}
    at = _ORDER.index(wish.state)
    steps: list[Step] = []
    for key, state in _ROAD:
        if state is WishState.BOUGHT and wish.kind is WishKind.COMPANY:
            continue
        step = reached.get(state)
        if step is not None and _ORDER.index(state) <= at:
            steps.append(Step(key, "done", step.at, note=step.evidence or step.note))
        elif steps and steps[-1].state == "done" and not _is_over(wish):
            steps.append(Step(key, "now", due_on=wish.due_on, late=wish.late))
        else:
            steps.append(Step(key, "later"))
    return steps


def next_step(wish: WishAtDesk, *, written_by_me: bool) -> NextStep | None:
    """What this person can do now, if it is theirs to do."""
    offer = _OFFERS.get(wish.task)
    if offer is None or not holds(offer.roles):
        return None
    if wish.task is WishTask.READ and written_by_me:
        return None
    href = url_for(offer.endpoint, wish_id=wish.id)
    return NextStep(href, gettext(wish.task.label), offer.icon, by_post=offer.by_post)


@dataclass(frozen=True, slots=True)
class _Offer:
    endpoint: str
    icon: str
    roles: tuple[Role, ...]
    by_post: bool = False


_OFFERS = {
    WishTask.MEND: _Offer("proceeds.wish_content", "edit", WRITERS),
    WishTask.CONSENT: _Offer("proceeds.wish_consents", "seal", WRITERS),
    WishTask.OPEN: _Offer("proceeds.wish_open", "lantern", WRITERS, by_post=True),
    WishTask.READ: _Offer("proceeds.wish_review", "question", SECONDS),
    WishTask.CONFIRM_HOLD: _Offer("proceeds.wish_hold", "handover", WRITERS),
    WishTask.BRINGING: _Offer("proceeds.wish_hold", "handover", WRITERS),
    WishTask.NAME_COMPANIONS: _Offer("proceeds.wish_companions", "company", WRITERS),
    WishTask.BUY: _Offer("proceeds.purchase_new", "bag", SPENDERS),
    WishTask.DELIVER: _Offer("proceeds.wish_delivery", "gift", WRITERS),
    WishTask.KEEP_COMPANY: _Offer("proceeds.wish_delivery", "company", WRITERS),
    WishTask.FOLLOW_UP: _Offer("proceeds.wish_follow_up", "heart", WRITERS),
}


def _is_over(wish: WishAtDesk) -> bool:
    return wish.state in {WishState.WITHDRAWN, WishState.EXPIRED}
