"""Rescue text read: what a phone that could not reach the server wrote down for a chat.

`market/static/js/till/core/rescue.js` writes it, `tests/domain/vectors/rescue.json` has examples.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from market.domain.errors import N_, Invalid, MarketError
from market.domain.sales.sale import Void, canonical_row, void_hash
from market.domain.sales.set_aside import SaidSale, read_said

MOST_ROWS = 5_000
_HEAD = re.compile(r"^MARKET-RESCUE/1 (\S{1,4}) (\d{1,9}) (\d+)/(\d+) (\d+)$")
_ANY_HEAD = re.compile(r"^MARKET-RESCUE/(\d+)\b")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ROW = re.compile(r"^[A-Za-z0-9_-]{16,}=*$")
_END = re.compile(r"^END ([0-9a-f]{1,16})$")


class NoRescueText(Invalid):
    """Nothing in it that a phone wrote."""

    sentence = N_(
        "没有找到手机写的记录。请从“MARKET-RESCUE/1”那一行开始，到“END”那一行为止，整段粘贴。"
    )


class RescueTooLong(Invalid):
    """More rows than any phone holds."""

    sentence = N_("一次最多 %(most)s 笔，请分几次粘贴。")


@dataclass(frozen=True, slots=True)
class RescuedRow:
    """A row, as `POST /api/v1/sync` takes it, and the number of its line in the paste."""

    line: int
    sent: str


@dataclass(frozen=True, slots=True)
class Damage:
    """A line that is not as the phone wrote it; `why` is a msgid."""

    line: int
    why: str


@dataclass(slots=True)
class RescuedPhone:
    """All that is there of one phone."""

    letter: str
    device_id: int
    rows: list[RescuedRow] = field(default_factory=list)


@dataclass(slots=True)
class Rescue:
    """A paste read. Of a block that is not whole only rows that bear their own hash are taken."""

    phones: list[RescuedPhone] = field(default_factory=list)
    damaged: list[Damage] = field(default_factory=list)

    @property
    def rows(self) -> list[RescuedRow]:
        return [row for phone in self.phones for row in phone.rows]


def read_rescue(text: str) -> Rescue:
    """Read what somebody pasted, whatever a chat put around it. Raises NoRescueText, RescueTooLong."""
    found = Rescue()
    block: _Block | None = None
    for number, typed in enumerate(_LINE_END.split(text), start=1):
        line = typed.strip()
        if _ANY_HEAD.match(line):
            if block is not None:
                block.close(found, None, number)
            block = _opened(found, number, line)
        elif block is not None and block.ends(found, number, line):
            block = None
    if block is not None:
        block.close(found, None, number)
    if not found.phones and not found.damaged:
        raise NoRescueText
    if len(found.rows) > MOST_ROWS:
        raise RescueTooLong(most=MOST_ROWS)
    return found


def _opened(found: Rescue, number: int, line: str) -> _Block | None:
    head = _HEAD.match(line)
    if head is not None:
        return _Block(number, line, head[1], int(head[2]), int(head[5]))
    why = N_("这一行不是这个系统的版本写的，请先请管理员更新系统，再粘贴一次")
    found.damaged.append(Damage(number, why))
    return None


@dataclass(slots=True)
class _Block:
    line: int
    head: str
    letter: str
    device_id: int
    count: int
    lines: list[tuple[int, str]] = field(default_factory=list)
    strange: list[int] = field(default_factory=list)

    def ends(self, found: Rescue, number: int, line: str) -> bool:
        """Take a line in; gives whether it was the last one."""
        if end := _END.match(line):
            self.close(found, end[1], number)
            return True
        if _ROW.match(line):
            self.lines.append((number, line))
        elif line:
            self.strange.append(number)
        return False

    def close(self, found: Rescue, end: str | None, number: int) -> None:
        own = [self.head, *(line for _, line in self.lines)]
        whole = end is not None and end == _sum(own) and len(self.lines) == self.count
        phone = next((one for one in found.phones if one.device_id == self.device_id), None)
        if phone is None:
            phone = RescuedPhone(self.letter, self.device_id)
            found.phones.append(phone)
        for at, line in self.lines:
            sent = _decoded(line)
            if sent is not None and (whole or _bears_its_hash(sent)):
                phone.rows.append(RescuedRow(at, sent))
            else:
                found.damaged.append(
                    Damage(at, N_("这一行缺了字或者改了字，请让她把这一段再复制一次"))
                )
        if whole:
            return
        found.damaged += [Damage(at, N_("这一行不是手机写的")) for at in self.strange]
        if end is None:
            why = N_("这一段没有结尾（END 那一行），可能没复制完整")
            found.damaged.append(Damage(number, why))
        elif len(self.lines) != self.count:
            found.damaged.append(
                Damage(self.line, N_("这一段的笔数和开头写的不一样，少了或多了几行"))
            )


def _sum(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _decoded(line: str) -> str | None:
    """The JSON of a row's line, if it is an object."""
    bare = line.rstrip("=")
    try:
        sent = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)).decode()
        return sent if isinstance(json.loads(sent), dict) else None
    except (ValueError, RecursionError):
        return None


def _bears_its_hash(sent: str) -> bool:
    said = read_said(sent)
    if said is None:
        return False
    try:
        if isinstance(said, SaidSale):
            canonical = canonical_row(
                (
                    said.id,
                    said.till_id,
                    said.device_id,
                    said.sequence,
                    said.code,
                    said.tender.value,
                    said.gift_minor,
                    said.tendered_minor,
                    said.phone_at,
                ),
                [
                    (line.listing_id, line.name, line.quantity, line.unit_price_minor)
                    for line in said.lines
                ],
            )
            own = hashlib.sha256(canonical).hexdigest()
        else:
            own = void_hash(
                Void(
                    id=said.id,
                    sale_id=said.sale_id,
                    reason=said.reason,
                    sequence=said.sequence,
                    at=said.phone_at,
                )
            ).hex()
    except (MarketError, ValueError):
        return False
    return bool(json.loads(sent).get("hash") == own)
