"""A market's bulletin as a picture to keep by a long press: night blue, lamp gold, drawn by us.

Chinese needs a font of the system's: on Debian `fonts-noto-cjk`, `fonts-wqy-microhei`,
`fonts-wqy-zenhei` or `fonts-droid-fallback`. Where none is found the page shows an SVG, which the
reader's own device letters.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 1080, 1440
MARGIN = 84
NIGHT_TOP, NIGHT_BOTTOM = (5, 9, 25), (34, 53, 108)
LAMP, LAMP_PALE, PAPER, MUTED = (255, 196, 77), (255, 217, 138), (255, 253, 248), (198, 209, 238)
DARK_LAMP, LAMP_TRIM = (74, 96, 163), (192, 122, 28)
MOST_LAMPS = 8
FONTS = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
)
"""Where systems keep a font that has Chinese, and which face of the file it is."""


@dataclass(frozen=True, slots=True)
class Poster:
    """What the picture says; `lamps` are the states of the plan's wishes, in its order."""

    name: str
    place: str
    as_of: str
    figures: tuple[tuple[str, str], ...]
    lamps: tuple[str, ...]
    closing: tuple[str, ...]


@cache
def chinese_font(places: tuple[tuple[str, int], ...] = FONTS) -> tuple[str, int] | None:
    """The first font there is, with its face; None where this system has none we know of."""
    return next((place for place in places if Path(place[0]).is_file()), None)


def draw_poster(poster: Poster, font: tuple[str, int]) -> bytes:
    """The picture as PNG."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - costs start-up, and few pages draw

    image = _night(Image.new("RGB", (WIDTH, HEIGHT)))
    draw = ImageDraw.Draw(image)
    y = _words(draw, poster.name, _face(font, 64), PAPER, 96)
    y = _words(draw, poster.place, _face(font, 34), MUTED, y + 8)
    y = _words(draw, poster.as_of, _face(font, 34), LAMP_PALE, y + 8)
    (label, value), *others = poster.figures
    y = _words(draw, label, _face(font, 38), MUTED, y + 56)
    y = _words(draw, value, _face(font, 132), LAMP, y)
    y = _row(draw, others, font, y + 36)
    _lamps(draw, poster.lamps, y + 60)
    y = HEIGHT - MARGIN - 50 * len(poster.closing)
    for line in poster.closing:
        y = _words(draw, line, _face(font, 32), MUTED, y)
    made = io.BytesIO()
    image.save(made, "PNG", optimize=True)
    return made.getvalue()


def _night(image: Image) -> Image:
    """Night above, the glow of the quarter below."""
    from PIL import ImageDraw  # noqa: PLC0415

    draw = ImageDraw.Draw(image)
    for y in range(HEIGHT):
        part = y / HEIGHT
        colour = tuple(
            round(top + (bottom - top) * part)
            for top, bottom in zip(NIGHT_TOP, NIGHT_BOTTOM, strict=True)
        )
        draw.line([(0, y), (WIDTH, y)], fill=colour)
    return image


@cache
def _face(font: tuple[str, int], size: int) -> FreeTypeFont:
    from PIL import ImageFont  # noqa: PLC0415

    return ImageFont.truetype(font[0], size, index=font[1])


def _words(
    draw: ImageDraw, words: str, face: FreeTypeFont, colour: tuple[int, int, int], y: float
) -> float:
    """The words in the middle, in as many lines as they need; gives where they end."""
    for line in wrapped(words, face.getlength, WIDTH - 2 * MARGIN):
        draw.text((WIDTH / 2, y), line, font=face, fill=colour, anchor="ma")
        y += face.size * 1.35
    return y


def wrapped(words: str, length: Callable[[str], float], most: float) -> list[str]:
    """Lines no longer than `most`; Chinese breaks anywhere, other scripts at blanks where they can."""
    lines: list[str] = []
    line = ""
    for sign in words:
        if not line or length(line + sign) <= most:
            line += sign
            continue
        head, blank, tail = line.rpartition(" ")
        if blank and sign != " " and sign.isascii():
            lines.append(head)
            line = tail + sign
        else:
            lines.append(line.rstrip())
            line = sign.lstrip()
    return [*lines, line] if line else lines


def _row(
    draw: ImageDraw, figures: Sequence[tuple[str, str]], font: tuple[str, int], y: float
) -> float:
    for number, (label, value) in enumerate(figures):
        x = WIDTH * (2 * number + 1) / (2 * len(figures))
        draw.text((x, y), value, font=_face(font, 72), fill=PAPER, anchor="ma")
        draw.text((x, y + 96), label, font=_face(font, 34), fill=MUTED, anchor="ma")
    return y + 150


def _lamps(draw: ImageDraw, states: Sequence[str], y: float) -> None:
    shown = states[:MOST_LAMPS]
    if not shown:
        return
    step = (WIDTH - 2 * MARGIN) / len(shown)
    for number, state in enumerate(shown):
        _lamp(draw, MARGIN + step * (number + 0.5), y, min(step * 0.36, 56), state)


def _lamp(draw: ImageDraw, x: float, y: float, half: float, state: str) -> None:
    """One lantern: gold when lit, a golden rim when it is expected, asleep otherwise."""
    top, bottom = y + half * 0.5, y + half * 2.3
    body = LAMP if state == "lit" else DARK_LAMP
    rim = {"lit": LAMP_TRIM, "waiting": DARK_LAMP}.get(state, LAMP_PALE)
    draw.line([(x, y), (x, top)], fill=rim, width=4)
    draw.ellipse([x - half, top, x + half, bottom], fill=body, outline=rim, width=5)
    for part in (0.45, 0):
        draw.ellipse([x - half * part, top, x + half * part, bottom], outline=rim, width=3)
    draw.rectangle([x - half * 0.45, top - 8, x + half * 0.45, top + 4], fill=rim)
    draw.rectangle([x - half * 0.45, bottom - 4, x + half * 0.45, bottom + 8], fill=rim)
    draw.line([(x, bottom + 8), (x, bottom + half * 0.7)], fill=rim, width=4)
