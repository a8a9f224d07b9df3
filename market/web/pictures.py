"""Pictures people upload: decoded, turned upright, made small and encoded anew, or refused."""

from __future__ import annotations

import io
import struct
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.datastructures import FileStorage

from market.domain.errors import N_, Invalid

if TYPE_CHECKING:
    from PIL.Image import Image as Drawn

MOST_BYTES = 10_000_000
MOST_PIXELS = 24_000_000
LONGEST_SIDE = 1_280
MOST_ROWS = 16
_QUALITY = 80
_PDF = b"%PDF-"
_FORMATS = ("JPEG", "PNG", "WEBP")


class PictureTooHeavy(Invalid):
    """More bytes than a phone's photo has."""

    sentence = N_("照片太大了，最多 10 MB，请换一张小一点的。")


class PictureTooLarge(Invalid):
    """More pixels than are decoded here."""

    sentence = N_("照片的像素太多了，最多 2400 万，请用手机相册里的“原图”以外的选项再传。")


class PictureUnreadable(Invalid):
    """No picture, or one we do not open."""

    sentence = N_("打不开这张照片，请用 JPG、PNG 或 WebP。")


class PictureIsPaper(Invalid):
    """A PDF: it may run, fetch and hide things, and nothing here can make it anew as a picture is."""

    sentence = N_("这里不收 PDF，请把那一页拍成照片，或者截成图片再传。")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of ours: WebP without a word about where and by what it was taken."""

    webp: bytes
    width: int
    height: int


def read_picture(upload: FileStorage) -> Picture:
    """What the file shows, no side longer than LONGEST_SIDE, and nothing of the file itself.

    Raises PictureTooHeavy, PictureIsPaper, PictureTooLarge, PictureUnreadable; a bomb is refused by
    its head. What is a picture and a PDF at once comes out as the picture alone.
    """
    raw = upload.stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise PictureTooHeavy
    if raw.lstrip()[: len(_PDF)] == _PDF:
        raise PictureIsPaper
    # Some 30 ms of imports that only an upload needs.
    from PIL import Image, ImageOps  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PictureTooLarge
            # A JPEG can be decoded at a part of its size, which takes a part of the time.
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            # Small first: each copy of a large one is a hundred megabytes.
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image)
            drawn = Image.new("RGB", upright.size, "white")
            drawn.paste(upright, mask=_see_through(upright))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, struct.error) as error:
        raise PictureUnreadable from error
    return _encoded(drawn)


def grid_rows(width: int, height: int, columns: int) -> int:
    """How many rows make the cells of a picture about square."""
    return min(MOST_ROWS, max(1, round(columns * height / width)))


def cover(
    picture: Picture, cells: Collection[tuple[int, int]], *, columns: int, rows: int
) -> Picture:
    """A copy in which the cells (row, column from 0) are black: drawn over, and encoded anew."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - as above

    with Image.open(io.BytesIO(picture.webp), formats=("WEBP",)) as image:
        drawn = image.convert("RGB")
    brush = ImageDraw.Draw(drawn)
    wide, high = drawn.width / columns, drawn.height / rows
    for row, column in cells:
        left, top = int(column * wide), int(row * high)
        right, bottom = int((column + 1) * wide), int((row + 1) * high)
        brush.rectangle((left, top, right, bottom), fill="black")
    return _encoded(drawn)


def _encoded(drawn: Drawn) -> Picture:
    kept = io.BytesIO()
    drawn.save(kept, "WEBP", quality=_QUALITY)
    return Picture(kept.getvalue(), drawn.width, drawn.height)


def _see_through(image: Drawn) -> Drawn | None:
    """What of a picture is transparent, so that it lies on white and not on black."""
    return image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
