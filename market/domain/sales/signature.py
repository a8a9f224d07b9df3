"""A name drawn with a finger: strokes of whole points, a few hundred signs of text and no picture.

`12,80 15,78 20,71;40,30 44,90` is two strokes; x runs from 0 to WIDTH, y from 0 (top) to HEIGHT.
"""

from __future__ import annotations

import re

from market.domain.errors import N_, Invalid

WIDTH = 1000
HEIGHT = 400
MOST_SIGNS = 8_000
LEAST_POINTS = 8
_LEAST_EXTENT = 60
_POINT = r"(?:1000|[0-9]{1,3}),(?:400|[1-3]?[0-9]{1,2})"
_STROKES = re.compile(rf"{_POINT}(?:[ ;]{_POINT})*")


class SignatureUnreadable(Invalid):
    """Not strokes, or far too many."""

    sentence = N_("签名没有传完整，请清除以后重新写一次。")


class SignatureTooShort(Invalid):
    """A dot or a dash is nobody's name."""

    sentence = N_("签名太短了，请把姓名写完整；写不了就在下面填姓名。")


def clean_strokes(text: str) -> str:
    """The strokes as they are kept; '' for none. SignatureUnreadable, SignatureTooShort."""
    strokes = text.strip()
    if not strokes:
        return ""
    if len(strokes) > MOST_SIGNS or _STROKES.fullmatch(strokes) is None:
        raise SignatureUnreadable
    points = [tuple(map(int, point.split(","))) for point in re.split("[ ;]", strokes)]
    across = max(x for x, _ in points) - min(x for x, _ in points)
    if len(points) < LEAST_POINTS or across < _LEAST_EXTENT:
        raise SignatureTooShort
    return strokes


def path_of(strokes: str) -> str:
    """The strokes as the `d` of an SVG path, on a field of WIDTH by HEIGHT."""
    return " ".join("M" + " L".join(stroke.split(" ")) for stroke in strokes.split(";") if stroke)
