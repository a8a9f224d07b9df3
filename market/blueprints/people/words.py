"""What the roles let somebody do, in a line each."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext

from market.domain.errors import N_
from market.domain.people import Role

_WHAT = {
    Role.VOLUNTEER: N_("在摊位收银、点钱"),
    Role.TREASURER: N_("管钱：收摊结账、交接、存入银行、锁定月份"),
    Role.SOCIAL_WORKER: N_("准备市集，录入心愿，提出款项安排"),
    Role.REVIEWER: N_("复核心愿和款项，不和提出的人是同一个人"),
    Role.AUDITOR: N_("什么都能看，什么都不改"),
    Role.ADMINISTRATOR: N_("管理人员、角色和设置"),
}


def role_choices() -> list[tuple[str, str]]:
    """Every role with its name, as a field offers them."""
    return [(str(role), gettext(role.label)) for role in Role]


def role_hints() -> dict[str, str]:
    """What each role is for, by its value."""
    return {str(role): gettext(words) for role, words in _WHAT.items()}


def role_names(roles: Iterable[Role]) -> str:
    """The names of roles, in the order in which they are always named."""
    held = set(roles)
    return str(gettext("、")).join(gettext(role.label) for role in Role if role in held)
