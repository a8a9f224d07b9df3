"""Who may enter: every route says so, and a route that does not is closed to everybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from market.domain.people import Role
from market.extensions import reading
from market.queries.livelihood.access import EnterpriseHere, enterprises_of
from market.queries.people.who import CommunityHere, SignedIn, community_by_slug
from market.queries.sales.devices import DeviceHere
from market.web.addresses import came_from, local_path
from market.web.devices import device, this_device
from market.web.sessions import whoever

_View = TypeVar("_View", bound=Callable[..., ResponseReturnValue])
_CHOSEN = "enterprise"
"""Where the cookie of who helps several entrepreneurs keeps whose pages they look at."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of whoever comes. No roles and not public: any signed-in person.

    `devices`: a phone that joined a stall may enter too; without `people`, nobody else.
    `entrepreneurs`: only who has an enterprise of their own here, or helps somebody who has.
    """

    public: bool = False
    roles: frozenset[Role] = frozenset()
    devices: bool = False
    people: bool = True
    entrepreneurs: bool = False


def public(view: _View) -> _View:
    """Anybody may enter."""
    return _marked(view, Access(public=True))


def signed_in(view: _View) -> _View:
    """Anybody with a session may enter; the view itself looks only at their own things."""
    return _marked(view, Access())


def signed_in_or_device(view: _View) -> _View:
    """Anybody with a session, and any phone that joined a stall; the view looks who it is."""
    return _marked(view, Access(devices=True))


def for_roles(*roles: Role, devices: bool = False) -> Callable[[_View], _View]:
    """Whoever holds one of `roles` in the community named by the address may enter.

    With `devices` also a phone that joined a stall of one of its market days; the view looks
    whether what it asks for is its own.
    """

    def mark(view: _View) -> _View:
        return _marked(view, Access(roles=frozenset(roles), devices=devices))

    return mark


def for_devices(view: _View) -> _View:
    """Only a phone that joined a stall may enter: `device()` of market/web/devices.py."""
    return _marked(view, Access(devices=True, people=False))


def for_entrepreneur(view: _View) -> _View:
    """Only an entrepreneur, or a helper they named, may enter: `entrepreneur()` says of which.

    The views below /mine/ look at nothing but this one enterprise.
    """
    return _marked(view, Access(entrepreneurs=True))


def entrepreneur() -> EnterpriseHere:
    """The enterprise whose own pages this request is about; only in routes `for_entrepreneur`."""
    found: EnterpriseHere = g.enterprise
    return found


def my_enterprises() -> list[EnterpriseHere]:
    """All those whose own pages this person may enter; only in routes `for_entrepreneur`."""
    found: list[EnterpriseHere] = g.enterprises
    return found


def choose_enterprise(code: str) -> None:
    """Let this browser look at another of them from now on; whether it may is asked each time."""
    session[_CHOSEN] = code


def person() -> SignedIn:
    """The person whose session this request carries; only in routes that are not public."""
    known = whoever()
    if known is None:
        abort(403)
    return known


def community() -> CommunityHere:
    """The community that the address of this request names."""
    found: CommunityHere = g.community
    return found


def acting_device() -> DeviceHere | None:
    """The phone that a route open to people too was entered with; None where a person came in."""
    return this_device() if g.get("by_device", False) else None


def install(app: Flask) -> None:
    """Take the community out of addresses, and let nobody in whom the route does not name."""
    app.url_value_preprocessor(_find_community)
    app.url_defaults(_name_community)
    app.before_request(_check)


def access_of(app: Flask, endpoint: str) -> Access | None:
    """What the route asks, or None where it says nothing."""
    found: Access | None = getattr(app.view_functions[endpoint], "access", None)
    return found


def _marked(view: _View, access: Access) -> _View:
    view.access = access  # type: ignore[attr-defined]  # read by `access_of`
    return view


def _find_community(_endpoint: str | None, values: dict[str, object] | None) -> None:
    if values and "community" in values:
        g.community = community_by_slug(reading(), str(values.pop("community")))


def _name_community(endpoint: str, values: dict[str, object]) -> None:
    here = g.get("community")
    if here is not None and current_app.url_map.is_endpoint_expecting(endpoint, "community"):
        values.setdefault("community", here.slug)


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    access = access_of(current_app, request.endpoint)
    if access is None:
        abort(403)
    if access.public:
        return None
    if not access.people:
        device()
        return None
    if access.entrepreneurs:
        return _check_entrepreneur(whoever())
    return _check_person(access)


def _check_person(access: Access) -> ResponseReturnValue | None:
    known = whoever()
    if access.devices and not _holds(known, access.roles) and _is_here(this_device()):
        g.by_device = True
        return None
    if known is None:
        return _to_sign_in()
    if access.roles:
        _check_roles(known, access.roles)
    return None


def _check_entrepreneur(known: SignedIn | None) -> ResponseReturnValue | None:
    if known is None:
        return redirect(url_for("livelihood.card_wanted", next=_way_back()), code=303)
    mine = enterprises_of(reading(), known.id)
    if not mine:
        # Whoever is signed in for something else is not told that these pages exist.
        abort(404)
    chosen = session.get(_CHOSEN)
    g.enterprises = mine
    g.enterprise = next((one for one in mine if one.code == chosen), mine[0])
    g.community = community_by_slug(reading(), g.enterprise.slug)
    return None


def _holds(known: SignedIn | None, asked: frozenset[Role]) -> bool:
    """Whether a person came who may enter by themselves."""
    here = g.get("community")
    if known is None or here is None:
        return known is not None and not asked
    return not asked or bool(known.roles_in(here.id) & asked)


def _is_here(phone: DeviceHere | None) -> bool:
    """Whether the phone is one of the community that the address names, if it names one."""
    here = g.get("community")
    return phone is not None and (here is None or here.id == phone.community_id)


def _check_roles(known: SignedIn, asked: frozenset[Role]) -> None:
    here = g.get("community")
    if here is None:
        abort(404)
    held = known.roles_in(here.id)
    if not held & asked:
        # Whoever has no role here at all is not told that the community exists.
        abort(403 if held else 404)


def _to_sign_in() -> ResponseReturnValue:
    if request.path.startswith("/api/"):
        abort(401)
    return redirect(url_for("people.sign_in", next=_way_back()), code=303)


def _way_back() -> str | None:
    """The page to come back to; after a form that came too late, the page it stood on."""
    if request.method in {"GET", "HEAD"}:
        return local_path(request.full_path.rstrip("?"))
    return came_from()
