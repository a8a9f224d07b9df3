"""Pictures of a market day for reports: covered before they came here, looked at by a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.domain.errors import N_, Forbidden, Invalid, Missing, Refused
from market.domain.text import clean_text
from market.models.public import AlbumPicture
from market.models.sales import MarketDay
from market.queries.sales.tills import NoSuchMarketDay

MOST_PICTURES = 12
MOST_CAPTION = 80


class NoSuchAlbumPicture(Missing):
    """No picture of this community's markets has this number."""

    sentence = N_("没有找到这张照片，可能已经删掉了。")


class SentByYou(Forbidden):
    """Whoever covered a picture knows it too well to look at it anew."""

    sentence = N_("这张照片是您传的，要请另一位同事来看。")


class NotAgreedOrCovered(Invalid):
    """One of the three promises is missing."""

    sentence = N_("三样都打勾才能传：大人都同意了，孩子的脸都遮住了，看不出是谁家、哪所学校。")


class StillShowsSomebody(Invalid):
    """The second look found what the first one did not cover."""

    sentence = N_("有一项不放心，这张就不能用。请按“退回，删掉这张”。")


class AlbumFull(Refused):
    """As many as a brief has room for."""

    sentence = N_("一次市集最多放 %(most)s 张照片，请先删掉一张。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPicture:
    """What was covered in the page, and what its sender promises about it."""

    community_id: int
    market_day_id: int
    caption: str
    webp: bytes
    width: int
    height: int
    promised: bool


def send_picture(
    session: Session, command: SendPicture, *, by_id: int, now: datetime
) -> AlbumPicture:
    """Keep it for a second person to look at.

    Raises NoSuchMarketDay, NotAgreedOrCovered, AlbumFull, and what `clean_text` raises.
    """
    day = session.scalars(
        select(MarketDay)
        .where(
            MarketDay.id == command.market_day_id, MarketDay.community_id == command.community_id
        )
        .with_for_update()
    ).one_or_none()
    if day is None:
        raise NoSuchMarketDay
    if not command.promised:
        raise NotAgreedOrCovered(field="promises")
    kept = select(func.count()).where(AlbumPicture.market_day_id == day.id)
    if (session.scalar(kept) or 0) >= MOST_PICTURES:
        raise AlbumFull(most=MOST_PICTURES)
    made = AlbumPicture(
        market_day_id=day.id,
        caption=clean_text(command.caption, most=MOST_CAPTION),
        webp=command.webp,
        width=command.width,
        height=command.height,
        sent_by_id=by_id,
        sent_at=now,
    )
    session.add(made)
    session.flush()
    _note(session, "album_picture_sent", command.community_id, made, by_id=by_id, now=now)
    return made


def pass_album_picture(
    session: Session,
    community_id: int,
    picture_id: int,
    *,
    safe: bool,
    by_id: int,
    now: datetime,
) -> None:
    """A second person saw no child's face, no name, school or door, and knows that adults agreed.

    Raises NoLongerApprover, NoSuchAlbumPicture, SentByYou, StillShowsSomebody.
    """
    require_approver(session, community_id, by_id)
    picture = _picture(session, community_id, picture_id)
    if picture.sent_by_id == by_id:
        raise SentByYou
    if not safe:
        raise StillShowsSomebody
    picture.passed_by_id, picture.passed_at = by_id, now
    session.flush()
    _note(session, "album_picture_passed", community_id, picture, by_id=by_id, now=now)


def remove_album_picture(
    session: Session, community_id: int, picture_id: int, *, by_id: int, now: datetime
) -> None:
    """Refused or taken back: its bytes are gone. Raises NoSuchAlbumPicture."""
    picture = _picture(session, community_id, picture_id)
    _note(session, "album_picture_removed", community_id, picture, by_id=by_id, now=now)
    session.delete(picture)
    session.flush()


def _picture(session: Session, community_id: int, picture_id: int) -> AlbumPicture:
    found = session.scalars(
        select(AlbumPicture)
        .join(MarketDay, MarketDay.id == AlbumPicture.market_day_id)
        .where(AlbumPicture.id == picture_id, MarketDay.community_id == community_id)
        .with_for_update(of=AlbumPicture)
    ).one_or_none()
    if found is None:
        raise NoSuchAlbumPicture
    return found


def _note(
    session: Session,
    kind: str,
    community_id: int,
    picture: AlbumPicture,
    *,
    by_id: int,
    now: datetime,
) -> None:
    note(
        session,
        kind,
        community_id=community_id,
        now=now,
        picture=picture.id,
        market_day=picture.market_day_id,
        by=by_id,
    )
