"""Marks that stand for what a child's file says, and every form in which a byte might tell them."""

from __future__ import annotations

import base64
import html
import io
import itertools
import json
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from PIL import Image
from pypinyin import Style, lazy_pinyin

SIGNS = "鼗砮楙毳"
"""Stand in every mark of words, and in no word of the project: so one look finds any of them."""
DIGITS = "13917280"
"""Begin every mark of digits."""
STEMS = "甲乙丙丁戊己庚辛壬癸"
_BETWEEN = ("", " ", "-", "_", "'", "+", "%20")
_ENCODINGS = ("utf-8", "gbk", "utf-16-le", "utf-16-be")
_LEAST_BASE64 = 8
_LEAST = 8
_MOST_BYTES = 20_000_000
_STREAM = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_STREAMS = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """What was written into one field; `where` names the field for whoever reads of a leak."""

    where: str
    text: str


def word_mark(where: str, number: int) -> Mark:
    """Seven signs that no other field has."""
    return Mark(where, SIGNS + "".join(STEMS[int(digit)] for digit in f"{number:03}"))


def number_mark(where: str, number: int) -> Mark:
    """A telephone that no other field has."""
    return Mark(where, f"{DIGITS}{number:03}")


def day_mark(where: str, number: int) -> Mark:
    """A birth date of a year in which nothing else of the demo happened."""
    return Mark(where, f"2014-{number // 28 + 1:02}-{number % 28 + 1:02}")


class Watch:
    """Looks for marks in bytes: first for what all of them share, then for which one it is."""

    def __init__(self, marks: list[Mark]) -> None:
        self._days = [mark for mark in marks if mark.text.startswith("2014-")]
        self._others = [mark for mark in marks if mark not in self._days]
        self._shared = sorted({*forms(SIGNS), *number_forms(DIGITS)})
        self._of_days = {form for mark in self._days for form in day_forms(mark.text)}

    def found_in(self, told: bytes) -> list[str]:
        """Where the marks come from that these bytes tell, opened up as far as they can be."""
        return sorted({name for part in opened(told) for name in self._found(part.lower())})

    def _found(self, told: bytes) -> Iterator[str]:
        if any(form in told for form in self._shared):
            yield from self._named(told)
        if b"2014" in told and any(form in told for form in self._of_days):
            yield from (
                mark.where
                for mark in self._days
                if any(form in told for form in day_forms(mark.text))
            )

    def _named(self, told: bytes) -> list[str]:
        named = [
            mark.where
            for mark in self._others
            if any(form in told for form in (*forms(mark.text), *number_forms(mark.text)))
        ]
        return named or ["part of a mark"]


def forms(text: str) -> set[bytes]:
    """The small-lettered forms of some words: plain, escaped, in base64, as numbers, in pinyin."""
    raw = {text.encode(encoding) for encoding in _ENCODINGS}
    found = set(raw)
    for one in raw:
        found |= {one.hex().encode(), quote(one).encode(), quote(quote(one)).encode()}
        found |= _in_base64(one)
    found |= {
        json.dumps(text)[1:-1].encode(),
        "".join(f"&#{ord(sign)};" for sign in text).encode(),
        "".join(f"&#x{ord(sign):x};" for sign in text).encode(),
        text.encode("unicode_escape"),
        text.encode("punycode"),
        html.escape(text).encode(),
    }
    if not text.isascii():
        for spelt in _in_pinyin(text):
            found |= {spelt.encode(), base64.b64encode(spelt.encode()), quote(spelt).encode()}
    return {form.lower() for form in found if len(form) >= _LEAST or form in raw}


def number_forms(text: str) -> set[bytes]:
    """A number, with what people put between its digits as well."""
    if not text.isdigit():
        return set()
    found = forms(text)
    for blank in (" ", "-", "%20", "&nbsp;"):
        found.add(f"{text[:3]}{blank}{text[3:7]}{blank}{text[7:]}".rstrip().encode())
    wide = text.translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"})
    return found | {wide.encode()}


def day_forms(text: str) -> set[bytes]:
    """A date as the pages, other countries and programs write it."""
    year, month, day = text.split("-")
    short = (year, month.lstrip("0"), day.lstrip("0"))
    said = {sign.join(parts) for sign in "-/." for parts in ((year, month, day), short)}
    said |= {f"{year}{month}{day}", "{}年{}月{}日".format(*short), f"{year}年{month}月{day}日"}
    return {form for one in said for form in ({one.encode()} | _in_base64(one.encode()))}


def opened(told: bytes) -> Iterator[bytes]:
    """The bytes, and what is packed inside: archives, compressed streams, a picture's own words."""
    yield told
    if told.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(told)) as archive:
            for name in archive.namelist():
                yield from opened(archive.read(name))
    for start in itertools.islice(_STREAM.finditer(told), _STREAMS):
        try:
            yield zlib.decompressobj().decompress(told[start.start() :], _MOST_BYTES)
        except zlib.error:
            continue
    if told.startswith(b"\x1f\x8b"):
        yield zlib.decompressobj(wbits=31).decompress(told, _MOST_BYTES)
    if told.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF")):
        with Image.open(io.BytesIO(told)) as picture:
            said = [*picture.info.items(), *picture.getexif().items()]
            yield repr(said).encode()


def _in_base64(raw: bytes) -> set[bytes]:
    """What is the same of it wherever it begins in a longer text, with both alphabets."""
    found = set()
    for before in range(3):
        whole = base64.b64encode(bytes(before) + raw)
        begins, ends = -(-before * 4 // 3), (before + len(raw)) * 4 // 3
        sure = whole[begins:ends].rstrip(b"=")
        if len(sure) >= _LEAST_BASE64:
            found |= {sure, sure.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def _in_pinyin(text: str) -> set[str]:
    found = set()
    for style in (Style.NORMAL, Style.TONE, Style.TONE3, Style.TONE2):
        syllables = lazy_pinyin(text, style=style)
        for order in (syllables, syllables[1:] + syllables[:1]):
            found |= {sign.join(order) for sign in _BETWEEN}
    return found | {unicodedata.normalize("NFD", one) for one in found}
