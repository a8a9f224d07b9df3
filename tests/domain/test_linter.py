"""The linter finds what leads to a child, says where, and lets ordinary wishes pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.proceeds.linter import Rule, lint, refuses
from tests.domain.linter_measures import ORDINARY, corpus, measure

LEAST_TEXTS = 300
FLOOR = 0.95
HELD_OUT_PRECISION = 0.9
HELD_OUT_RECALL = 0.75
"""What names a table has never seen may cost; a second person reads all that passes."""


def test_it_tells_the_corpus_apart(capsys: pytest.CaptureFixture[str]) -> None:
    samples = corpus("linter_corpus")
    measured = measure(samples)
    with capsys.disabled():
        print("", measured.table("corpus"), sep="\n")  # noqa: T201 - the figures are the point
    refused = sum(sample.rule != ORDINARY for sample in samples)
    assert len(samples) >= LEAST_TEXTS
    assert abs(2 * refused - len(samples)) < len(samples) / 10
    assert measured.precision >= FLOOR
    assert measured.recall >= FLOOR


def test_it_tells_texts_apart_that_it_was_not_made_with(
    capsys: pytest.CaptureFixture[str],
) -> None:
    measured = measure(corpus("linter_heldout"))
    with capsys.disabled():
        print("", measured.table("held out"), sep="\n")  # noqa: T201 - the figures are the point
    assert measured.precision >= HELD_OUT_PRECISION
    assert measured.recall >= HELD_OUT_RECALL


def test_a_text_of_the_tuned_corpus_is_not_held_out() -> None:
    known = {sample.text for sample in corpus("linter_corpus")}
    assert not known & {sample.text for sample in corpus("linter_heldout")}


@pytest.mark.parametrize(
    ("text", "rule", "found"),
    [
        ("我叫王小明，想要足球", Rule.NAME, "王小明"),
        ("电话１３８ ００１３ ８０００。", Rule.PHONE, "１３８ ００１３ ８０００"),
        ("想要球，住3幢2单元501室", Rule.ADDRESS, "3幢2单元501室"),
        ("我在琅琊路小学，想要一支笔", Rule.SCHOOL, "琅琊路小学"),
        ("王\u200b小\u200b明想要足球", Rule.NAME, "王\u200b小\u200b明"),
        ("想要㍿里卖的球，三年级2班", Rule.CLASS, "三年级2班"),
    ],
)
def test_a_finding_says_where_it_is(text: str, rule: Rule, found: str) -> None:
    one = next(one for one in lint(text) if one.rule is rule)
    assert (one.found, text[one.start : one.end]) == (found, found)


def test_a_title_and_a_famous_name_pass_but_not_for_who_asks() -> None:
    assert lint("想看《王小明的奇妙世界》和孙悟空") == ()
    assert [one.rule for one in lint("我叫李小龙，想学武术")] == [Rule.NAME]


def test_a_hard_finding_refuses_and_a_soft_one_does_not() -> None:
    assert refuses(lint("我家在3幢201室，想要台灯"))
    soft = lint("我有哮喘，想要一台空气净化器")
    assert [one.rule for one in soft] == [Rule.ILLNESS]
    assert not refuses(soft)


def test_what_is_rare_stands_beside_what_it_is_made_of() -> None:
    rules = {one.rule for one in lint("得了白血病，老家在贵州，想要帽子")}
    assert rules == {Rule.ILLNESS, Rule.RARE}


def test_every_rule_has_a_name_and_says_how_to_mend_it() -> None:
    assert all(rule.label and rule.mend.endswith("。") for rule in Rule)


@given(st.text(max_size=200))
def test_any_text_has_places_within_it(text: str) -> None:
    for one in lint(text):
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.found


def test_a_long_text_is_read_quickly() -> None:
    text = "王小明和妈妈住在中山路三年级小区" * 20
    assert lint(text)
