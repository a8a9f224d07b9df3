"""The audit chain shows the first event that was changed, moved, put in or cut away."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.ledger.audit import (
    GENESIS,
    ChainCheck,
    Event,
    EventNotPlain,
    canonical_event,
    event_hash,
    verify,
)

AT = datetime(2026, 11, 21, 4, 0, 0, 250_000, tzinfo=UTC)
words = st.from_regex(r"[a-z][a-z0-9_.]{0,12}", fullmatch=True)
plain_values = st.integers(-(10**12), 10**12) | st.from_regex(
    r"[0-9A-Za-z][0-9A-Za-z:_.\-]{0,20}", fullmatch=True
)


def event(number: int = 1, **changes: Any) -> Event:
    made = Event(community_id=1, number=number, at=AT, kind="voucher", subject={"voucher_id": 7})
    return dataclasses.replace(made, **changes)


@st.composite
def chains(draw: st.DrawFn) -> list[tuple[Event, bytes]]:
    rows = []
    last = GENESIS
    for number in range(1, draw(st.integers(1, 6)) + 1):
        made = Event(
            community_id=1,
            number=number,
            at=AT + timedelta(milliseconds=draw(st.integers(0, 10**9))),
            kind=draw(words),
            subject=draw(st.dictionaries(words, plain_values, max_size=4)),
        )
        last = event_hash(last, made)
        rows.append((made, last))
    return rows


@given(chains())
def test_a_whole_chain_verifies_to_its_head(rows: list[tuple[Event, bytes]]) -> None:
    head = rows[-1][1]
    assert verify(rows) == ChainCheck(len(rows), head, None)
    assert verify(iter(rows), head=head).bad_number is None


def test_an_empty_chain_ends_at_the_genesis() -> None:
    assert verify([]) == ChainCheck(0, bytes(32), None)
    assert verify([], head=bytes(32)).bad_number is None


@given(chains(), st.data())
def test_one_changed_byte_of_a_hash_is_found_where_it_is(
    rows: list[tuple[Event, bytes]], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    kept = bytearray(rows[at][1])
    kept[data.draw(st.integers(0, 31))] ^= 1 << data.draw(st.integers(0, 7))
    rows[at] = (rows[at][0], bytes(kept))
    assert verify(rows).bad_number == at + 1


@given(chains(), st.data())
def test_a_changed_event_is_found_where_it_is(
    rows: list[tuple[Event, bytes]], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    was, kept = rows[at]
    changes: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {"community_id": 2},
                {"number": was.number + 1},
                {"at": was.at + timedelta(milliseconds=1)},
                {"kind": was.kind + "x"},
                {"subject": {**was.subject, "one_more": 1}},
            ]
        )
    )
    rows[at] = (dataclasses.replace(was, **changes), kept)
    found = verify(rows).bad_number
    # Nobody can say which community a chain belongs to but its own first event.
    assert found == at + 1


@given(chains(), st.data())
def test_a_missing_or_doubled_event_is_found(
    rows: list[tuple[Event, bytes]], data: st.DataObject
) -> None:
    head = rows[-1][1]
    at = data.draw(st.integers(0, len(rows) - 1))
    assert verify(rows[:at] + rows[at + 1 :], head=head).bad_number == at + 1
    assert verify([*rows[: at + 1], *rows[at:]], head=head).bad_number == at + 2


def test_the_walk_reads_no_further_than_the_first_bad_event() -> None:
    def rows() -> Any:
        yield event(), bytes(32)
        pytest.fail("it read on")

    assert verify(rows()).bad_number == 1


def test_the_canonical_form_is_a_compact_array_in_the_order_of_the_keys() -> None:
    made = event(subject={"sales": 3, "root": "ab12"})
    canonical = b'[1,1,1,1795233600250,"voucher",[["root","ab12"],["sales",3]]]'
    assert canonical_event(made) == canonical
    assert event_hash(GENESIS, made) == hashlib.sha256(bytes(32) + canonical).digest()
    reordered = event(subject={"root": "ab12", "sales": 3})
    assert event_hash(GENESIS, reordered) == event_hash(GENESIS, made)


def test_the_zone_a_time_is_written_in_does_not_matter() -> None:
    nanjing = AT.astimezone(timezone(timedelta(hours=8)))
    assert canonical_event(event(at=nanjing)) == canonical_event(event())


@given(words, plain_values, plain_values)
def test_a_number_and_its_text_are_different(key: str, one: int | str, other: int | str) -> None:
    same = canonical_event(event(subject={key: one})) == canonical_event(
        event(subject={key: other})
    )
    assert same == (one == other and type(one) is type(other))


@pytest.mark.parametrize(
    "value",
    ["王小明", "Wang Xiaoming", "a b", "x" * 81, "a\nb", "a'b", 1.5, True, None, 2**53, [1], "é"],
)
def test_a_subject_holds_no_names_or_sentences(value: Any) -> None:
    with pytest.raises(EventNotPlain):
        event(subject={"who": value})


def test_the_largest_number_is_the_one_javascript_can_count_to() -> None:
    made = event(subject={"most": 2**53 - 1, "least": -(2**53) + 1})
    assert b"9007199254740991" in canonical_event(made)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": {"Who": 1}},
        {"subject": {"": 1}},
        {"subject": {"姓名": 1}},
        {"kind": "A sale"},
        {"kind": ""},
        {"kind": "k" * 41},
        {"number": 0},
        {"number": True},
        {"community_id": 0},
        {"at": datetime(2026, 11, 21)},  # noqa: DTZ001 - what must be refused
    ],
)
def test_an_event_is_plain_throughout(changes: dict[str, Any]) -> None:
    with pytest.raises(EventNotPlain):
        event(**changes)
