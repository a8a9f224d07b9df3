"""Which community a command is about, and in whose name it acts."""

from __future__ import annotations

import click
from sqlalchemy import select

from market.domain.people import Role
from market.extensions import reading
from market.models.people import Community, Person, RoleGrant


def chosen_community(slug: str | None) -> Community:
    """The community named, or the only one there is."""
    found = reading().scalars(select(Community).order_by(Community.id)).all()
    named = [one for one in found if slug is None or one.slug == slug]
    if len(named) == 1:
        return named[0]
    known = ", ".join(one.slug for one in found) or "none yet"
    message = f"say which community with --community (there are: {known})"
    raise click.ClickException(message)


def chosen_administrator(community_id: int, username: str | None) -> int:
    """The id of the person named, who must have a role here; else of the first administrator."""
    question = (
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.community_id == community_id, RoleGrant.revoked_at.is_(None))
        .order_by(Person.id)
        .limit(1)
    )
    if username is None:
        question = question.where(RoleGrant.role == str(Role.ADMINISTRATOR))
    else:
        question = question.where(Person.username == username)
    found = reading().scalar(question)
    if found is None:
        message = "no such person in this community; say who with --by USERNAME"
        raise click.ClickException(message)
    return found
