"""Pictures to keep and to send on, drawn by us: night blue, lamp gold, paper white.

Chinese needs a font of the system's: on Debian `fonts-noto-cjk`, `fonts-wqy-microhei`,
`fonts-wqy-zenhei` or `fonts-droid-fallback`. Where none is found, pages say so or show a drawing
that the reader's own device letters.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from market.web.qr import qr_matrix

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

Colour = tuple[int, int, int]

WIDTH = 1080
MARGIN = 84
SMALLEST = 28
FINE = 3
"""Edges are drawn so many times larger and then made small, which smooths them."""
LAMP, LAMP_PALE, TRIM = (255, 196, 77), (255, 226, 160), (192, 122, 28)
PAPER, INK, MUTED, QUIET = (255, 253, 248), (16, 24, 52), (206, 217, 242), (90, 98, 122)
ASLEEP, ASLEEP_DEEP, ASLEEP_TRIM = (74, 96, 163), (34, 53, 111), (122, 143, 204)
_NIGHT = ((5, 9, 25), (10, 19, 44), (20, 34, 76), (34, 53, 108))
_HOUSE, _HOUSE_FAR, _WINDOW, _STAR = (9, 16, 38), (27, 42, 92), (255, 205, 110), (128, 142, 184)
_FIRE = ((226, 129, 28), (253, 187, 69), (255, 231, 163), (255, 251, 233))
_RIM = 181
"""What a radial gradient of Pillow's has come to at the middle of its edges, from 0 in its centre."""
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


@cache
def chinese_font(places: tuple[tuple[str, int], ...] = FONTS) -> tuple[str, int] | None:
    """The first font there is, with its face; None where this system has none we know of."""
    return next((place for place in places if Path(place[0]).is_file()), None)


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
        elif sign in _NEVER_FIRST and len(line) > 1:
            lines.append(line[:-1].rstrip())
            line = line[-1] + sign
        else:
            lines.append(line.rstrip())
            line = sign.lstrip()
    return [*lines, line] if line else lines


def balanced(words: str, length: Callable[[str], float], most: float) -> list[str]:
    """The same lines, none much shorter than the others, so that no word is left alone."""
    lines = wrapped(words, length, most)
    for part in (0.55, 0.65, 0.75, 0.85, 0.93):
        narrower = wrapped(words, length, most * part)
        if len(narrower) == len(lines):
            return narrower
    return lines


_NEVER_FIRST = "，。、：；！？）》”’…"


class Canvas:
    """A picture under way. Places are pixels from the upper left; `y` runs down."""

    def __init__(self, height: int, font: tuple[str, int]) -> None:
        # Some 30 ms of imports that only drawing needs; so in every method here.
        from PIL import Image, ImageDraw  # noqa: PLC0415

        self.width, self.height = WIDTH, height
        self._font = font
        self._image = Image.new("RGB", (WIDTH, height), PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def png(self) -> bytes:
        made = io.BytesIO()
        # In full colour: a palette makes rings of the glow.
        self._image.save(made, "PNG", optimize=True)
        return made.getvalue()

    def night(self, top: int, bottom: int) -> None:
        """The sky from `top` to `bottom`, darkest above, with a handful of stars."""
        for y in range(top, bottom):
            colour = _between(_NIGHT, (y - top) / (bottom - top))
            self._draw.line([(0, y), (self.width, y)], fill=colour)
        for number in range(26):
            x, y = (number * 397 + 61) % self.width, top + (number * 211 + 40) % (bottom - top)
            size = 1 + number % 3
            self._draw.ellipse([x, y, x + size, y + size], fill=_STAR)

    def town(self, bottom: int) -> None:
        """Roofs, windows and the awnings of a market, standing on `bottom`."""
        for x in range(-40, self.width, 150):
            high = 120 + (x * 37) % 90
            self._draw.rectangle([x + 30, bottom - high, x + 118, bottom], fill=_HOUSE_FAR)
        for number, x in enumerate(range(-70, self.width, 172)):
            high = 74 + (number * 53) % 62
            self._draw.rectangle([x, bottom - high, x + 150, bottom], fill=_HOUSE)
            roof = [(x - 12, bottom - high), (x + 75, bottom - high - 34), (x + 162, bottom - high)]
            if number % 2:
                self._draw.polygon(roof, fill=_HOUSE)
            for place in range(8):
                if (number * 7 + place * 5) % 3 == 0:
                    continue
                left, up = x + 18 + place % 4 * 32, bottom - high + 18 + place // 4 * 34
                self._draw.rectangle([left, up, left + 13, up + 17], fill=_WINDOW)
        for number in range(5):
            x = self.width // 2 - 290 + number * 120
            self._awning(x, bottom)

    def _awning(self, x: int, bottom: int) -> None:
        for stripe in range(6):
            left = x + stripe * 16
            colour = LAMP if stripe % 2 else PAPER
            self._draw.polygon(
                [
                    (left + 4, bottom - 62),
                    (left + 18, bottom - 62),
                    (left + 16, bottom - 36),
                    (left, bottom - 36),
                ],
                fill=colour,
            )
        self._draw.rectangle([x + 4, bottom - 36, x + 92, bottom], fill=_HOUSE)
        self._draw.rectangle([x, bottom - 18, x + 96, bottom], fill=TRIM)

    def words(  # noqa: PLR0913 - where, how large, how wide, how many
        self,
        text: str,
        size: int,
        colour: Colour,
        at: tuple[float, float],
        *,
        most: float = WIDTH - 2 * MARGIN,
        anchor: str = "m",
        bold: bool = False,
        lines: int = 6,
    ) -> float:
        """Text in as many lines as it needs, `lines` at most; gives where the next may begin.

        `anchor`: l, m or r, where of each line `at` is.
        """
        face, (x, y) = self._face(size), at
        found = balanced(text, face.getlength, most)
        if len(found) > lines:
            found = [*found[: lines - 1], found[lines - 1][:-1] + "…"]
        for line in found:
            stroke = max(1, size // 40) if bold else 0
            self._draw.text(
                (x, y),
                line,
                font=face,
                fill=colour,
                anchor=f"{anchor}a",
                stroke_width=stroke,
                stroke_fill=colour,
            )
            y += size * 1.42
        return y

    def length(self, text: str, size: int) -> float:
        return self._face(size).getlength(text)

    def figures(self, rows: Sequence[tuple[str, str]], y: float, *, size: int = 76) -> float:
        """Numbers side by side with their words below; gives where the next may begin."""
        step = (self.width - 2 * MARGIN) / max(len(rows), 1)
        for number, (label, value) in enumerate(rows):
            x = MARGIN + step * (number + 0.5)
            shown = size
            while self.length(value, shown) > step - 24 and shown > SMALLEST:
                shown -= 4
            self.words(value, shown, LAMP, (x, y + (size - shown) * 0.7), bold=True)
            self.words(label, 32, MUTED, (x, y + size * 1.32), most=step - 16, lines=2)
        return y + size * 1.32 + 60

    def string(self, lamps: Sequence[tuple[str, int]], top: int, size: int) -> None:
        """Lanterns on one cord across the sky, the middle ones lower; `size` is their height."""
        count = len(lamps)
        self._draw.arc(
            [-160, top - 330, self.width + 160, top + 30], 10, 170, fill=ASLEEP_TRIM, width=3
        )
        step = self.width / (count + 1)
        for number, (look, percent) in enumerate(lamps):
            x = step * (number + 1)
            middle = 1 - abs(2 * (number + 1) / (count + 1) - 1)
            self.lantern(look, percent, (x, top - 40 + 52 * middle), size)

    def lantern(self, look: str, percent: int, at: tuple[float, float], size: int) -> None:
        """One lantern, hung by the upper end of its cord at `at`; look: waiting, expected, lit, fulfilled."""
        lit = look in ("lit", "fulfilled")
        x, y = at
        if lit or look == "expected":
            self._glow((x, y + size * 0.46), size * (0.98 if lit else 0.62), 0.62 if lit else 0.3)
        drawn = _lantern(look, percent, size)
        self._image.paste(drawn, (round(x - drawn.width / 2), round(y)), drawn)

    def _glow(self, at: tuple[float, float], radius: float, strength: float) -> None:
        from PIL import Image  # noqa: PLC0415

        wide = round(radius * 2)
        left = [max(0.0, 1 - value / _RIM) ** 1.6 * strength * 255 for value in range(256)]
        spot = Image.radial_gradient("L").resize((wide, wide)).point([round(one) for one in left])
        place = (round(at[0] - radius), round(at[1] - radius))
        self._image.paste(Image.new("RGB", (wide, wide), LAMP), place, spot)

    def qr(self, text: str, at: tuple[int, int], size: int) -> None:
        """A code of dark squares on paper, `size` wide with its quiet zone."""
        rows = qr_matrix(text).split("/")
        cell = size // (len(rows) + 8)
        edge = (size - cell * len(rows)) // 2
        x, y = at
        self.box((x, y, x + size, y + size), (255, 255, 255), 24)
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark == "1":
                    left, top = x + edge + across * cell, y + edge + down * cell
                    self._draw.rectangle([left, top, left + cell - 1, top + cell - 1], fill=INK)

    def box(self, box: tuple[float, float, float, float], colour: Colour, radius: int) -> None:
        self._draw.rounded_rectangle(box, radius, fill=colour)

    def line(self, box: tuple[float, float, float, float], colour: Colour, width: int = 2) -> None:
        self._draw.line(box, fill=colour, width=width)

    def ribbon(
        self,
        above: tuple[float, float],
        below: tuple[float, float],
        tops: tuple[float, float],
        colour: Colour,
    ) -> None:
        """What flows from [above) at the first height to [below) at the second, bending gently."""
        top, bottom = tops
        steps = 28
        left, right = [], []
        for number in range(steps + 1):
            part = number / steps
            ease = part * part * (3 - 2 * part)
            y = top + (bottom - top) * part
            left.append((above[0] + (below[0] - above[0]) * ease, y))
            right.append((above[1] + (below[1] - above[1]) * ease, y))
        self._draw.polygon([*left, *reversed(right)], fill=colour)

    def _face(self, size: int) -> FreeTypeFont:
        return _face(self._font, size)


@cache
def _face(font: tuple[str, int], size: int) -> FreeTypeFont:
    from PIL import ImageFont  # noqa: PLC0415

    return ImageFont.truetype(font[0], size, index=font[1])


@cache
def _lantern(look: str, percent: int, size: int) -> Image:
    """A lantern of our own shape, 120 × 160 in its own measure, `size` high, on nothing."""
    from PIL import Image, ImageDraw  # noqa: PLC0415

    scale = size * FINE / 160
    wide, high = round(120 * scale), round(160 * scale)
    tile = Image.new("RGBA", (wide, high))
    draw = ImageDraw.Draw(tile)

    def at(*places: float) -> list[float]:
        return [place * scale for place in places]

    lit = look in ("lit", "fulfilled")
    trim = TRIM if lit else LAMP_PALE if look == "expected" else ASLEEP_TRIM
    pen = max(2, round(1.7 * scale))
    body = Image.new("L", (wide, high))
    ImageDraw.Draw(body).ellipse(at(17, 32, 103, 112), fill=255)
    tile.paste(_filling(look, percent, (wide, high)), (0, 0), body)
    for box in ((17, 32, 103, 112), (35, 32, 85, 112)):
        draw.ellipse(at(*box), outline=trim, width=pen)
    draw.line(at(60, 32, 60, 112), fill=trim, width=pen)
    draw.line(at(60, 0, 60, 22), fill=trim, width=pen)
    draw.rounded_rectangle(at(42, 22, 78, 36), 3 * scale, fill=trim)
    draw.rounded_rectangle(at(42, 108, 78, 121), 3 * scale, fill=trim)
    draw.ellipse(at(56, 121, 64, 130), fill=trim)
    for x in (55, 60, 65):
        draw.line(at(60, 128, x, 158), fill=trim, width=pen)
    if look == "fulfilled":
        draw.polygon(_star(60 * scale, 72 * scale, 17 * scale), fill=PAPER, outline=TRIM)
    return tile.resize((wide // FINE, high // FINE), Image.Resampling.LANCZOS)


def _filling(look: str, percent: int, size: tuple[int, int]) -> Image:
    """Fire, sleep, or as much ember from below as a waiting one has."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    if look in ("lit", "fulfilled"):
        # The light sits a little above the middle of the body, whose width is the picture's.
        light = Image.radial_gradient("L").resize((size[0], size[0]))
        light = light.point([min(255, round(value * 255 / _RIM)) for value in range(256)])
        high = Image.new("L", size, 255)
        high.paste(light, (0, round(size[1] * 70 / 160 - size[0] / 2)))
        light = high
        return ImageOps.colorize(light, _FIRE[3], _FIRE[0], mid=_FIRE[1]).convert("RGBA")
    asleep = Image.linear_gradient("L").resize(size)
    filled = ImageOps.colorize(asleep, ASLEEP, ASLEEP_DEEP).convert("RGBA")
    part = 100 if look == "expected" else percent
    if part:
        height = round(size[1] * 0.5 * part / 100)
        bottom = round(size[1] * 112 / 160)
        ember = ImageOps.colorize(
            Image.linear_gradient("L").resize((size[0], max(1, height))), LAMP_PALE, _FIRE[0]
        )
        filled.paste(ember, (0, bottom - height))
    return filled


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    from math import cos, pi, sin  # noqa: PLC0415

    points = []
    for corner in range(10):
        far = radius if corner % 2 == 0 else radius * 0.44
        turn = -pi / 2 + corner * pi / 5
        points.append((x + far * cos(turn), y + far * sin(turn)))
    return points


def _between(colours: Sequence[Colour], part: float) -> Colour:
    """The colour so far along a row of them."""
    place = part * (len(colours) - 1)
    first = min(int(place), len(colours) - 2)
    left, right, rest = colours[first], colours[first + 1], place - first
    red, green, blue = (round(a + (b - a) * rest) for a, b in zip(left, right, strict=True))
    return red, green, blue
