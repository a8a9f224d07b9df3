"""报送包: what an office asks for after a market, as files that its people can edit and check.

A brief in Word, the figures with their 口径 in Excel, and the pictures that were passed. There is
never a list of children in it: none of what makes it knows one.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from market.web.disclosed import Line

_WIDTH_CM = 14
_BODY_FONT = "SimSun"


@dataclass(frozen=True, slots=True)
class Part:
    """A titled part of a brief: paragraphs, then a table."""

    title: str
    paragraphs: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """What the Word file says. `pictures` are (caption, WebP)."""

    title: str
    under: str
    parts: tuple[Part, ...]
    pictures: tuple[tuple[str, bytes], ...]
    signed: str


def brief_file(brief: Brief) -> bytes:
    """The brief as .docx: plain headings, paragraphs and a table, so that anybody can edit it."""
    # A fifth of a second and ten megabytes that nothing else needs.
    from docx import Document  # noqa: PLC0415
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Cm, Pt  # noqa: PLC0415

    document = Document()
    normal = document.styles["Normal"]
    normal.font.size = Pt(12)
    # Word picks Chinese fonts by a name of their own; without it each machine picks another.
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _BODY_FONT)
    document.core_properties.author = ""
    document.core_properties.title = brief.title
    document.add_heading(brief.title, level=0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(brief.under).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in brief.parts:
        document.add_heading(part.title, level=1)
        for words in part.paragraphs:
            document.add_paragraph(words)
        if part.lines:
            table = document.add_table(rows=0, cols=3, style="Table Grid")
            for cells in _rows(part.lines):
                for cell, words in zip(table.add_row().cells, cells, strict=True):
                    cell.text = words
    if brief.pictures:
        document.add_heading(gettext("活动照片"), level=1)
    for caption, webp in brief.pictures:
        document.add_picture(io.BytesIO(_jpeg(webp)), width=Cm(_WIDTH_CM))
        document.add_paragraph(caption)
    document.add_paragraph(brief.signed).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def package_file(
    files: Sequence[tuple[str, bytes]], pictures: Sequence[tuple[str, bytes]]
) -> bytes:
    """All of it in one file to send: `files` by name, `pictures` (caption, WebP) as JPEGs."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in files:
            box.writestr(name, content)
        for number, (_caption, webp) in enumerate(pictures, start=1):
            box.writestr(gettext("照片/%(number)s.jpg", number=number), _jpeg(webp))
    return out.getvalue()


def _rows(lines: Sequence[Line]) -> list[tuple[str, str, str]]:
    told = [(line.label, line.told, line.meaning) for line in lines]
    return [(gettext("项目"), gettext("数"), gettext("口径")), *told]


def _jpeg(webp: bytes) -> bytes:
    """The same picture as Word and every mail program opens it."""
    from PIL import Image  # noqa: PLC0415

    out = io.BytesIO()
    with Image.open(io.BytesIO(webp), formats=("WEBP",)) as image:
        image.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()
