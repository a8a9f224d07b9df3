"""The doors on an entrepreneur's first page: each room of it offers its own, with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import url_for
from flask_babel import gettext

from market.queries.livelihood.access import EnterpriseHere


@dataclass(frozen=True, slots=True, order=True)
class MinePage:
    """A door. `text` is a msgid; `hint`, asked when the page is drawn, says in words how things are."""

    order: int
    endpoint: str
    text: str = field(compare=False)
    icon: str = field(compare=False)
    hint: Callable[[EnterpriseHere], str] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Door:
    """A door as `nav.link_list` draws it."""

    text: str
    href: str
    icon: str
    hint: str = ""
    aside: str = ""


_PAGES: list[MinePage] = []


def offer_mine(*pages: MinePage) -> None:
    """Put doors on the first page, lower orders first; a module of this blueprint does so at import."""
    _PAGES.extend(pages)
    _PAGES.sort()


def doors_of(here: EnterpriseHere) -> list[Door]:
    """The doors, with what is behind each of them in a sentence."""
    return [
        Door(
            gettext(page.text),
            url_for(page.endpoint),
            page.icon,
            page.hint(here) if page.hint else "",
        )
        for page in _PAGES
    ]
