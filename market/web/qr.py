"""QR codes as pictures: a real image by its address, so that a long press in a messenger works."""

from __future__ import annotations

from io import BytesIO

from markupsafe import Markup

PIXELS_A_MODULE = 8
_MASK = 3


def qr_png(text: str) -> bytes:
    """A QR code that holds `text`, as PNG with its quiet zone."""
    # Only pages that show one pay for what draws it.
    import segno  # noqa: PLC0415

    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=PIXELS_A_MODULE)
    return drawn.getvalue()


def qr_svg(text: str) -> Markup:
    """The same drawn into a page, for a till that shows it at once and may be offline later."""
    import segno  # noqa: PLC0415

    code = segno.make(text, error="m", micro=False)
    return Markup(code.svg_inline(svgclass="qr-image", lineclass=None, omitsize=True))  # noqa: S704


def qr_matrix(text: str) -> str:
    """The same as rows of 0 and 1 joined by '/', without its quiet zone, for a phone to draw.

    Always with the same mask: choosing the fairest takes four times as long, and all can be read.
    """
    import segno  # noqa: PLC0415

    code = segno.make(text, error="m", micro=False, mask=_MASK)
    return "/".join("".join("1" if dark else "0" for dark in row) for row in code.matrix)
