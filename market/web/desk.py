"""The organisers' way around: each room offers its pages, a person sees those they may enter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Flask, current_app, g, request, url_for
from flask.sansio.app import App
from flask_babel import gettext
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import APPROVERS
from market.domain.people import Role
from market.extensions import reading
from market.queries.people.community_people import people_of
from market.web.access import access_of, acting_device, community, person
from market.web.sessions import whoever


@dataclass(frozen=True, slots=True, order=True)
class DeskPage:
    """A page of the desk's menu. `text` is a msgid, `icon` a name of `components/icon.html`.

    `under` names further endpoints (by how they begin) on which the page counts as the current one.
    """

    order: int
    endpoint: str
    text: str = field(compare=False)
    icon: str = field(compare=False)
    under: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class DeskWaiting:
    """Something of which a number may wait for this person, on the desk's first page.

    `count` is asked with the session, the community's id and the person's; `words` says how many.
    Only who holds one of `roles` is asked to do it; the page that does it is `endpoint`.
    """

    order: int
    endpoint: str
    icon: str = field(compare=False)
    count: Callable[[Session, int, int], int] = field(compare=False)
    words: Callable[[int], str] = field(compare=False)
    roles: frozenset[Role] = field(default=APPROVERS, compare=False)
    arguments: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class DeskRow:
    """Something to do next, as `nav.link_list` draws it."""

    text: str
    href: str
    icon: str
    hint: str = ""
    aside: str = ""


def install(app: Flask) -> None:
    app.extensions["desk_pages"] = []
    app.extensions["desk_waiting"] = []
    app.context_processor(_for_templates)


def offer(app: App, *pages: DeskPage) -> None:
    """Put pages into the menu: a blueprint does so in its `record` callback, lower orders first.

    blueprint.record(lambda state: offer(state.app, DeskPage(10, "sales.desk", N_("今日"), "home")))
    """
    app.extensions["desk_pages"] = sorted([*app.extensions["desk_pages"], *pages])


def offer_waiting(app: App, *waiting: DeskWaiting) -> None:
    """Let the desk's first page say what waits: a blueprint does so in its `record` callback."""
    app.extensions["desk_waiting"] = sorted([*app.extensions["desk_waiting"], *waiting])


def desk_nav() -> list[dict[str, object]]:
    """The menu of this community for this person, as `layouts/desk.html` draws it."""
    here, known = g.get("community"), whoever()
    if here is None or known is None:
        return []
    return [
        {
            "text": gettext(page.text),
            "href": url_for(page.endpoint),
            "icon": page.icon,
            "current": _is_current(page),
        }
        for page in current_app.extensions["desk_pages"]
        if may_enter(page.endpoint)
    ]


def may_enter(endpoint: str) -> bool:
    """Whether this person's roles in this page's community open that route to them, or a phone's
    stall to it."""
    here, known = g.get("community"), whoever()
    access = access_of(current_app, endpoint)
    if access is not None and access.devices and acting_device() is not None:
        return True
    if here is None or known is None or access is None:
        return False
    return not access.roles or bool(access.roles & known.roles_in(here.id))


def waiting_here() -> list[DeskRow]:
    """What waits for this person in this community; a row only where there is something."""
    here, known = g.get("community"), whoever()
    if here is None or known is None:
        return []
    held = known.roles_in(here.id)
    rows = []
    for waiting in current_app.extensions["desk_waiting"]:
        if not waiting.roles & held:
            continue
        number = waiting.count(reading(), here.id, known.id)
        if number:
            href = url_for(waiting.endpoint, **waiting.arguments)
            rows.append(DeskRow(waiting.words(number), href, waiting.icon))
    return rows


def addressee() -> str:
    """Whom a message to the second person begins with: by name where there is only one."""
    others = [
        one.name
        for one in people_of(reading(), community().id)
        if set(one.roles) & APPROVERS and one.closed_at is None and one.id != person().id
    ]
    if len(others) == 1:
        return str(gettext("%(name)s老师", name=others[0]))
    return str(gettext("各位老师"))


def desk_home() -> str:
    """The desk of this page's community, or the place where one is chosen."""
    if g.get("community") is None:
        return url_for("people.choose_desk")
    return url_for("sales.desk")


def _is_current(page: DeskPage) -> bool:
    endpoint = request.endpoint or ""
    return endpoint == page.endpoint or endpoint.startswith(page.under or ("\0",))


def _for_templates() -> dict[str, object]:
    return {
        "desk_nav": desk_nav,
        "desk_home": desk_home,
        "may_enter": may_enter,
        "acting_device": acting_device,
        "addressee": addressee,
    }
