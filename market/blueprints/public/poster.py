"""Posters: one picture that says what it is about and where to look, to press long and send on."""

from __future__ import annotations

from dataclasses import dataclass

from market.web.canvas import INK, LAMP, LAMP_PALE, MARGIN, MUTED, PAPER, QUIET, WIDTH, Canvas

HEIGHT = 1440
PANEL = 300
MOST_LAMPS = 7
TITLES = ((14, 76), (40, 62), (10_000, 48))
"""How large a title of fewer signs is."""


@dataclass(frozen=True, slots=True)
class Poster:
    """What the picture says; `lamps` are (look, percent), and a single one hangs large.

    `facts` are lines below the title, `figures` (label, value). `beside` stands beside the code
    that leads to `address`.
    """

    eyebrow: str
    title: str
    facts: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    lamps: tuple[tuple[str, int], ...]
    beside: tuple[str, str]
    address: str


def draw_poster(poster: Poster, font: tuple[str, int]) -> bytes:
    """The picture as PNG."""
    canvas = Canvas(HEIGHT, font)
    canvas.night(0, HEIGHT - PANEL)
    canvas.town(HEIGHT - PANEL)
    lamps = poster.lamps[:MOST_LAMPS]
    if len(lamps) == 1:
        canvas.lantern(*lamps[0], (WIDTH / 2, -36), 500)
        y = 520.0
    elif lamps:
        canvas.string(lamps, 60, 250 if len(lamps) < MOST_LAMPS else 210)
        y = 390.0
    else:
        y = 200.0
    y = canvas.words(poster.eyebrow, 34, LAMP_PALE, (WIDTH / 2, y), lines=2)
    title = next(size for most, size in TITLES if len(poster.title) < most)
    y = canvas.words(poster.title, title, PAPER, (WIDTH / 2, y + 14), bold=True, lines=4)
    y += 8
    for fact in poster.facts:
        y = canvas.words(fact, 36, MUTED, (WIDTH / 2, y), lines=2)
    if poster.figures:
        canvas.figures(poster.figures, y + 34)
    _panel(canvas, poster)
    return canvas.png()


def _panel(canvas: Canvas, poster: Poster) -> None:
    """Paper below the town: the code, and what to do with it."""
    top = HEIGHT - PANEL
    canvas.qr(poster.address, (MARGIN - 20, top + 32), 236)
    x = MARGIN + 250
    what, how = poster.beside
    y = canvas.words(
        what, 42, INK, (x, top + 58), most=WIDTH - x - MARGIN, anchor="l", bold=True, lines=2
    )
    y = canvas.words(how, 30, QUIET, (x, y + 6), most=WIDTH - x - MARGIN, anchor="l", lines=2)
    canvas.box((x, y + 12, x + 96, y + 18), LAMP, 3)
