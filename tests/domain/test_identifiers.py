"""Identifiers are version 7 UUIDs that sort by the time they were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from market.domain.identifiers import epoch_ms, uuid7

times = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
chance = st.binary(min_size=8, max_size=8)


def test_it_lays_out_time_version_and_chance_as_rfc_9562_appendix_a6_does() -> None:
    # The appendix has 017F22E2-79B0-7CC3-98C4-DC0C0C07398F, whose CC3 is random; here these twelve
    # bits are the time within the millisecond.
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    random = (0x18C4DC0C0C07398F << 2).to_bytes(8, "big")
    assert str(uuid7(at, lambda _: random)) == "017f22e2-79b0-7000-98c4-dc0c0c07398f"
    half = at + timedelta(microseconds=500)
    assert str(uuid7(half, lambda _: random)) == "017f22e2-79b0-7800-98c4-dc0c0c07398f"
    # 999/1000 of 4096, rounded down, is 0xFFB.
    last = at + timedelta(microseconds=999)
    assert str(uuid7(last, lambda _: random)) == "017f22e2-79b0-7ffb-98c4-dc0c0c07398f"


@given(times, chance)
def test_version_and_variant_are_set_whatever_chance_says(at: datetime, random: bytes) -> None:
    made = uuid7(at, lambda _: random)
    assert made.version == 7
    assert made.variant == RFC_4122


@given(times, chance)
def test_the_time_can_be_read_back_to_the_millisecond(at: datetime, random: bytes) -> None:
    assert uuid7(at, lambda _: random).int >> 80 == epoch_ms(at)


@given(times, chance, chance, st.integers(1, 10**12))
def test_a_microsecond_later_sorts_later(
    at: datetime, one: bytes, other: bytes, later: int
) -> None:
    after = min(at + timedelta(microseconds=later), datetime(9999, 12, 31, tzinfo=UTC))
    assert uuid7(at, lambda _: one) < uuid7(after, lambda _: other)


@given(times)
def test_all_sixty_two_random_bits_are_used(at: datetime) -> None:
    ones = uuid7(at, lambda count: b"\xff" * count).int
    zeros = uuid7(at, bytes).int
    assert ones ^ zeros == 2**62 - 1


def test_milliseconds_do_not_depend_on_the_zone() -> None:
    at = datetime(2026, 11, 21, 12, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=8)))
    assert epoch_ms(at) == epoch_ms(at.astimezone(UTC)) == 1795233600999
