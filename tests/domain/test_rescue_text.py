"""Rescue text: the desk reads what the phone writes, whole or damaged, and says which line is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from market.domain.sales.rescue_text import NoRescueText, Rescue, read_rescue

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parent / "vectors" / "rescue.json").read_text(encoding="utf-8")
)


def rows(found: Rescue) -> list[Any]:
    return [json.loads(row.sent) for row in sorted(found.rows, key=lambda row: row.line)]


@pytest.mark.parametrize("case", VECTORS["written"], ids=lambda case: case["about"])
def test_it_reads_what_the_phone_wrote(case: dict[str, Any]) -> None:
    found = read_rescue("\n\n".join(case["blocks"]))
    assert rows(found) == case["rows"]
    assert found.damaged == []
    assert {(one.letter, one.device_id) for one in found.phones} == {
        (case["letter"], case["device"])
    }


@pytest.mark.parametrize("case", VECTORS["found"], ids=lambda case: case["about"])
def test_it_passes_over_what_a_chat_puts_around_a_block(case: dict[str, Any]) -> None:
    found = read_rescue(case["text"])
    assert rows(found) == case["rows"]
    assert found.damaged == []


@pytest.mark.parametrize("case", VECTORS["damaged"], ids=lambda case: case["about"])
def test_of_a_damaged_block_it_takes_what_bears_its_own_hash(case: dict[str, Any]) -> None:
    found = read_rescue(case["text"])
    assert rows(found) == case["rows"]
    assert found.damaged
    assert all(1 <= one.line <= case["text"].count("\n") + 1 for one in found.damaged)


@pytest.mark.parametrize("case", VECTORS["none"], ids=lambda case: case["about"])
def test_what_no_phone_wrote_is_said_to_be_none(case: dict[str, Any]) -> None:
    try:
        found = read_rescue(case["text"])
    except NoRescueText:
        return
    assert found.rows == []
    assert found.damaged
