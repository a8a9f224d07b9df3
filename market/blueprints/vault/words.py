"""What a file says, in the words of the page and in the order of the paper form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext

from market.domain.identity.files import FIELDS, FileKind
from market.domain.proceeds.consent import GuardianKind
from market.web.filters import date_text

COVERED = "●●●"


def said_in_words(
    kind: FileKind, said: Mapping[str, str], *, masked: bool = False
) -> list[dict[str, str]]:
    """Rows for `summary.rows`. With `masked`, what names somebody is covered."""
    return [
        {
            "key": gettext(field.label),
            "value": COVERED if masked and field.masked else _in_words(name, said[name]),
        }
        for name, field in FIELDS[kind].items()
        if name in said
    ]


def _in_words(name: str, value: str) -> str:
    if name == "born_on":
        return date_text(date.fromisoformat(value))
    if name == "guardian_kind":
        return str(gettext(GuardianKind(value).label))
    return value
