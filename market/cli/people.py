"""`flask create-user` and `flask reset-admin`: the first people of a community, and the way back in."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.people.communities import (
    AddPerson,
    FoundCommunity,
    add_person,
    found_community,
)
from market.actions.people.links import make_reset_link
from market.actions.people.passwords import hash_password
from market.actions.people.second_factor import forget_app
from market.cli.choosing import chosen_community
from market.domain.errors import MarketError
from market.domain.people import Role, check_password
from market.extensions import reading, unit_of_work
from market.models.people import Community, Person, RoleGrant
from market.web.sessions import new_token, token_hash

where = click.option(
    "--url",
    envvar="MARKET_URL",
    default=lambda: f"http://127.0.0.1:{os.environ.get('PORT', '8000')}",
    show_default="http://127.0.0.1:PORT",
    help="Where people reach this server; links begin with it.",
)


@click.command("create-user")
@click.argument("username")
@click.option("--name", help="What neighbours call them; the username if not said.")
@click.option("--community", help="Its short name in addresses; may be left out if there is one.")
@click.option("--create-community", "new_community", metavar="NAME", help="Found it first.")
@click.option(
    "--role",
    "roles",
    type=click.Choice([str(role) for role in Role]),
    multiple=True,
    default=(str(Role.ADMINISTRATOR),),
    show_default=True,
    help="May be said several times.",
)
@click.option("--ask-password", is_flag=True, help="Type a password now; else a link is printed.")
@where
@with_appcontext
def create_user(
    username: str,
    *,
    name: str | None,
    community: str | None,
    new_community: str | None,
    roles: tuple[str, ...],
    ask_password: bool,
    url: str,
) -> None:
    """Add somebody who can sign in; prints a link, good once, by which they set a password."""
    try:
        password_hash = _asked_password(username) if ask_password else None
        asked = AddPerson(
            username=username,
            name=name or username,
            roles=[Role(role) for role in roles],
            password_hash=password_hash,
        )
        with unit_of_work() as session:
            place = _place(session, community, new_community)
            person = add_person(session, asked, community_id=place.id, now=_now())
            token = None if ask_password else _link(session, person.id, place.id)
    except MarketError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{person.username}: {', '.join(roles)} in {place.slug}")
    if token:
        _say_link(url, token)


@click.command("reset-admin")
@click.option("--community", help="Its short name in addresses; may be left out if there is one.")
@click.option("--username", help="Which administrator; may be left out if there is one.")
@click.option("--phone-lost", is_flag=True, help="Also take the code app off the account.")
@where
@with_appcontext
def reset_admin(*, community: str | None, username: str | None, phone_lost: bool, url: str) -> None:
    """Print a link, good once and for a day, by which an administrator sets a new password."""
    place = chosen_community(community)
    person = _administrator(place, username)
    reading().close()
    try:
        with unit_of_work() as session:
            if phone_lost:
                forget_app(session, person.id, now=_now())
            token = _link(session, person.id, place.id)
    except MarketError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{person.username}: administrator in {place.slug}")
    _say_link(url, token)


def _asked_password(username: str) -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    check_password(password, username=username)
    return hash_password(password)


def _place(session: Session, slug: str | None, new_name: str | None) -> Community:
    if new_name is None:
        return session.get_one(Community, chosen_community(slug).id)
    if slug is None:
        message = "say the new community's short name in addresses with --community"
        raise click.ClickException(message)
    return found_community(session, FoundCommunity(slug=slug, name=new_name), now=_now())


def _administrator(place: Community, username: str | None) -> Person:
    found = (
        reading()
        .scalars(
            select(Person)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .where(
                RoleGrant.community_id == place.id,
                RoleGrant.role == str(Role.ADMINISTRATOR),
                RoleGrant.revoked_at.is_(None),
                Person.closed_at.is_(None),
            )
            .order_by(Person.id)
        )
        .all()
    )
    named = [person for person in found if username in {None, person.username}]
    if len(named) == 1:
        return named[0]
    known = ", ".join(person.username for person in found) or "none"
    message = f"say which administrator with --username (there are: {known})"
    raise click.ClickException(message)


def _link(session: Session, person_id: int, community_id: int) -> str:
    token = new_token()
    make_reset_link(
        session,
        token_hash(token),
        person_id,
        community_id=community_id,
        by_id=None,
        now=_now(),
    )
    return token


def _say_link(url: str, token: str) -> None:
    with current_app.test_request_context():
        path = current_app.url_for("people.join", token=token)
    click.echo(f"Good once, for 24 hours: {url.rstrip('/')}{path}")


def _now() -> datetime:
    return datetime.now(UTC)
