"""The sell screen's scripts: no sentence of their own, nothing the oldest browsers cannot read."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "templates/sales/till/_phone_words.html"
SCRIPTS = sorted((ROOT / "market/static/js/till").rglob("*.js"))
KEY = re.compile(r"^  '(\w+)': _\(", re.MULTILINE)
WORD = re.compile(r'"([a-z]+(?:_[a-z]+)+)"')
COMMENT = re.compile(r"/\*[\s\S]*?\*/|^\s*//.*$", re.MULTILINE)
CHINESE = re.compile(r"[\u3400-\u9fff]")
PART_OF_AMOUNTS = {"元"}
TOO_NEW = ("(?<=", "(?<!", ".inert", ".findLast(", ".toSorted(", ".toReversed(", ".with(", "/v;")
FAMILIES = (
    "strip_",
    "state_",
    "finish_",
    "tile_",
    "till_",
    "paid_",
    "broken_",
    "amount_",
    "count_",
)


def test_every_sentence_the_scripts_ask_for_is_in_the_catalogue() -> None:
    keys = set(KEY.findall(CATALOGUE.read_text()))
    asked = set(WORD.findall(_code()))
    assert len(keys) > 50
    assert {word for word in asked if word.startswith(FAMILIES)} - keys == set()
    said = set(re.findall(r'\b(?:words|Refusal)\((?:\w+ \? )?"(\w+)"', _code()))
    assert len(said) > 40
    assert said - keys == set()


def test_every_sentence_of_the_catalogue_is_said_somewhere() -> None:
    keys = set(KEY.findall(CATALOGUE.read_text()))
    assert keys - set(re.findall(r'"(\w+)"', _code())) == set()


def test_the_scripts_hold_no_sentence_of_their_own() -> None:
    lines = [line for line in _code().splitlines() if CHINESE.search(line)]
    assert [line for line in lines if not PART_OF_AMOUNTS & set(line)] == []


def test_the_scripts_keep_to_what_safari_15_4_and_chrome_107_read() -> None:
    assert [too_new for too_new in TOO_NEW if too_new in _code()] == []


def _code() -> str:
    return "\n".join(COMMENT.sub("", script.read_text()) for script in SCRIPTS)
