"""Two pictures in the album of the demo's past market: drawn here, for nobody was there."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from market.actions.public.album import SendPicture, pass_album_picture, send_picture
from market.cli.demo.neighbourhood import Neighbourhood

SIZE = (960, 640)
STALLS = (("#c8452f", "#f7d9a8"), ("#2f6f8f", "#d8ecf2"), ("#5b7f3a", "#e6f0d4"))
CAPTIONS = ("小广场上的三个摊位", "宝妈在教编杯垫")


def fill_album(
    session: Session, place: Neighbourhood, market_day_id: int, *, now: datetime
) -> None:
    """One that was looked at, and one that waits for it."""
    sent = [
        send_picture(
            session,
            SendPicture(
                community_id=place.community_id,
                market_day_id=market_day_id,
                caption=caption,
                webp=_drawn(children),
                width=SIZE[0],
                height=SIZE[1],
                promised=True,
            ),
            by_id=place.id_of("zhima"),
            now=now,
        )
        for caption, children in zip(CAPTIONS, (2, 1), strict=True)
    ]
    pass_album_picture(
        session,
        place.community_id,
        sent[0].id,
        safe=True,
        by_id=place.id_of("doubao"),
        now=now + timedelta(hours=1),
    )


def _drawn(children: int) -> bytes:
    """Stalls in a yard, and children whose faces are covered."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - only the demo draws

    image = Image.new("RGB", SIZE, "#bcd7ea")
    brush = ImageDraw.Draw(image)
    brush.rectangle((0, 400, *SIZE), fill="#d9c9a8")
    for number, (roof, cloth) in enumerate(STALLS):
        left = 60 + number * 300
        brush.rectangle((left, 300, left + 240, 460), fill=cloth)
        brush.polygon(
            ((left - 20, 230), (left + 260, 230), (left + 240, 300), (left, 300)), fill=roof
        )
        brush.ellipse((left + 100, 130, left + 140, 190), fill="#f2b33d", outline="#8a4b12")
    for number in range(children):
        x = 260 + number * 330
        brush.rounded_rectangle((x, 480, x + 90, 620), 24, fill="#7a5ea8")
        brush.rectangle((x - 8, 390, x + 98, 492), fill="black")
    out = io.BytesIO()
    image.save(out, "WEBP", quality=80)
    return out.getvalue()
