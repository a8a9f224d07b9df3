"""Pictures people upload: encoded anew without their past, and refused when they are none."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from market.domain.errors import MarketError
from market.web import pictures
from market.web.pictures import (
    PictureIsPaper,
    PictureTooHeavy,
    PictureTooLarge,
    PictureUnreadable,
    read_picture,
)


def sent(raw: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(raw), filename="照片.jpg")


def drawn(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **saved: object) -> bytes:
    raw = io.BytesIO()
    Image.new(mode, size, "red").save(raw, kind, **saved)
    return raw.getvalue()


def with_a_past() -> bytes:
    """A JPEG on its side, with where and by what it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "CANARY-PHONE"
    exif.get_ifd(0x8825)[2] = (32.0, 3.0, 0.0)
    return drawn("JPEG", exif=exif.tobytes(), comment=b"CANARY-COMMENT")


def png_that_says(width: int, height: int) -> bytes:
    """A few bytes that claim to be a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_encoded_anew(kind: str) -> None:
    picture = read_picture(sent(drawn(kind)))
    with Image.open(io.BytesIO(picture.webp)) as kept:
        assert (kept.format, kept.size) == ("WEBP", (40, 30))
    assert (picture.width, picture.height) == (40, 30)


def test_nothing_of_its_past_is_kept_but_which_side_is_up() -> None:
    picture = read_picture(sent(with_a_past()))
    assert b"CANARY" in with_a_past()
    assert b"CANARY" not in picture.webp
    with Image.open(io.BytesIO(picture.webp)) as kept:
        assert not kept.getexif()
        assert kept.size == (30, 40)


def test_a_large_picture_becomes_small() -> None:
    picture = read_picture(sent(drawn("JPEG", (3_000, 1_500))))
    assert (picture.width, picture.height) == (1_280, 640)


def test_what_is_transparent_lies_on_white() -> None:
    raw = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(raw, "PNG")
    with Image.open(io.BytesIO(read_picture(sent(raw.getvalue())).webp)) as kept:
        assert min(kept.convert("RGB").getpixel((1, 1))) > 250  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", PictureUnreadable),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PictureUnreadable),
        (b"GIF89a" + b"\0" * 40, PictureUnreadable),
        (drawn("JPEG")[:200], PictureUnreadable),
        (drawn("TIFF"), PictureUnreadable),
        (png_that_says(10_000, 5_000), PictureTooLarge),
        (png_that_says(60_000, 60_000), PictureTooLarge),
        (png_that_says(4_000, 4_000), PictureUnreadable),
        (b"\xff\xd8\xff\xe0<?php echo 1; ?>", PictureUnreadable),
    ],
    ids=["empty", "svg", "gif", "cut", "tiff", "50 MP", "bomb", "liar", "polyglot"],
)
def test_what_is_no_picture_of_ours_is_refused_in_under_a_second(
    raw: bytes, error: type[MarketError]
) -> None:
    began = time.process_time()
    with pytest.raises(error):
        read_picture(sent(raw))
    assert time.process_time() - began < 1


def test_a_heavy_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_BYTES", 100)
    with pytest.raises(PictureTooHeavy):
        read_picture(sent(b"x" * 101))


def test_a_pdf_is_refused_with_the_way_to_mend_it_and_a_polyglot_loses_its_other_half() -> None:
    for raw in (b"%PDF-1.7\n%%EOF", b"\n %PDF-1.4" + drawn("PNG"), b"%PDF-2.0" + b"x" * 9_000_000):
        begun = time.perf_counter()
        with pytest.raises(PictureIsPaper, match="拍成照片"):
            read_picture(sent(raw))
        assert time.perf_counter() - begun < 1
    both = drawn("JPEG") + b"%PDF-1.7 PK\x03\x04 <script>CANARY</script>"
    kept = read_picture(sent(both)).webp
    assert not [mark for mark in (b"%PDF", b"PK\x03", b"CANARY") if mark in kept]
