"""A file of the vault: whose it may be, and what it may say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from market.domain.errors import N_, Invalid
from market.domain.identifiers import READABLE
from market.domain.text import clean_text

MOST_LABEL = 6
_ISO_DATE = len("2026-11-23")


class FileKind(StrEnum):
    """Whom a file is about."""

    CHILD = "child"
    HOLD_CONTACT = "hold_contact"
    ENTREPRENEUR = "entrepreneur"


@dataclass(frozen=True, slots=True)
class FieldKind:
    """A field of a file: its Chinese name, and how long it may be."""

    label: str
    most: int = 80
    lines: bool = False
    masked: bool = True
    """Whether whoever draws a sample sees only that something is there."""


FIELDS: Mapping[FileKind, Mapping[str, FieldKind]] = {
    FileKind.CHILD: {
        "name": FieldKind(N_("孩子的姓名"), 40),
        "born_on": FieldKind(N_("出生日期"), _ISO_DATE),
        "guardian": FieldKind(N_("监护人的姓名"), 40),
        "guardian_kind": FieldKind(N_("监护人是孩子的"), 20, masked=False),
        "phone": FieldKind(N_("监护人的电话"), 30),
        "address": FieldKind(N_("住址"), 160),
        "school": FieldKind(N_("学校和班级"), 80),
        "needs": FieldKind(N_("情况和需要"), 1_000, lines=True),
    },
    FileKind.HOLD_CONTACT: {
        "name": FieldKind(N_("怎么称呼"), 40),
        "phone": FieldKind(N_("电话"), 30),
    },
    FileKind.ENTREPRENEUR: {
        "needs": FieldKind(N_("残疾情况和需要的便利"), 1_000, lines=True),
        "certificate": FieldKind(N_("残疾人证号"), 40),
        "phone": FieldKind(N_("电话"), 30),
        "bank": FieldKind(N_("开户银行"), 80),
        "account_name": FieldKind(N_("户名"), 40),
        "account": FieldKind(N_("收款账号"), 40),
    },
}
"""What a file of each kind may say, in the order in which the paper form asks for it."""


class FieldUnknown(Invalid):
    """A field that files of this kind do not have."""

    sentence = N_("这类档案没有“%(name)s”这一栏。")


class BirthImpossible(Invalid):
    """A birth date that no child can have."""

    sentence = N_("这个出生日期不对：应该在今天以前，孩子不满 18 岁。")


def checked_fields(kind: FileKind, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields that say something, cleaned. Raises FieldUnknown, TextTooLong, TextUnreadable."""
    known = FIELDS[kind]
    for name in fields:
        if name not in known:
            raise FieldUnknown(name=name)
    return {
        name: clean_text(value, most=known[name].most, lines=known[name].lines)
        for name, value in fields.items()
        if value.strip()
    }


def check_birth(born_on: date, today: date) -> None:
    """Raises BirthImpossible for somebody not born yet, or grown up."""
    if not born_on < today or age_on(born_on, today) >= 18:  # noqa: PLR2004 - of age, by law
        raise BirthImpossible(field="born_on")


def age_on(born_on: date, today: date) -> int:
    """Whole years; who was born on 29 February is a year older on 1 March."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def file_id(random_bytes: Callable[[int], bytes]) -> str:
    """A random identifier (UUID version 4): when a file was made cannot be read from it."""
    return str(UUID(bytes=random_bytes(16), version=4))


def file_label(random_bytes: Callable[[int], bytes]) -> str:
    """Six symbols by which colleagues speak of a file without a name."""
    # 31 ** 6 out of 2 ** 64: what is more likely than another is so by less than a billionth.
    number = int.from_bytes(random_bytes(8), "big")
    signs = []
    for _ in range(MOST_LABEL):
        number, sign = divmod(number, len(READABLE))
        signs.append(READABLE[sign])
    return "".join(signs)
