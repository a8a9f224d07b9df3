"""Pictures for a wish's page: passed by a second person who saw nobody in them, and taken back."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.domain.errors import N_, Forbidden, Invalid, Missing, Refused
from market.domain.proceeds.wish import WishState
from market.models.proceeds import Wish, WishPicture

MOST_PICTURES = 6
_ADDRESS_BYTES = 24


class OwnPicture(Forbidden):
    """Whoever uploads a picture knows it too well to look at it anew."""

    sentence = N_("这张照片是您传的，要请另一位同事来看。")


class PictureShowsWho(Invalid):
    """Something in it leads to somebody, and is not covered yet."""

    sentence = N_("有一项答了“看得到”，请先把那几格勾上遮住；遮不住的，就换一张照片。")


class NoSuchWishCode(Missing):
    """No wish of this community has this code."""

    sentence = N_("没有找到这个心愿，请检查编号。")


class NoSuchPicture(Missing):
    """No picture of this community has this number."""

    sentence = N_("没有找到这张照片，可能已经撤下。")


class EnoughPictures(Refused):
    """As many as anybody looks at."""

    sentence = N_("一个心愿最多放 %(most)s 张照片，请先撤下一张。")


class WishIsOver(Refused):
    """A wish that ended without being fulfilled has no page."""

    sentence = N_("这个心愿已经不办了，不用再放照片。")


@dataclass(frozen=True, slots=True, kw_only=True)
class PassPicture:
    """A covered copy and the four answers about exactly these bytes: is any of it to be seen?"""

    community_id: int
    code: str
    webp: bytes
    width: int
    height: int
    uploaded_by_id: int
    face: bool
    name: bool
    school: bool
    door: bool

    @property
    def shows_somebody(self) -> bool:
        return self.face or self.name or self.school or self.door


def pass_picture(
    session: Session,
    command: PassPicture,
    *,
    by_id: int,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> WishPicture:
    """Keep the copy for the wish's page, where it shows after delivery and with consent.

    Raises NoLongerApprover, OwnPicture, PictureShowsWho, NoSuchWishCode, WishIsOver, EnoughPictures.
    """
    require_approver(session, command.community_id, by_id)
    if by_id == command.uploaded_by_id:
        raise OwnPicture
    if command.shows_somebody:
        raise PictureShowsWho
    wish = session.scalars(
        select(Wish)
        .where(Wish.community_id == command.community_id, Wish.code == command.code)
        .with_for_update()
    ).one_or_none()
    if wish is None:
        raise NoSuchWishCode
    if WishState(wish.state) in {WishState.WITHDRAWN, WishState.EXPIRED}:
        raise WishIsOver
    kept = session.scalars(select(WishPicture.id).where(WishPicture.wish_id == wish.id)).all()
    if len(kept) >= MOST_PICTURES:
        raise EnoughPictures(most=MOST_PICTURES)
    picture = WishPicture(
        wish_id=wish.id,
        address=base64.urlsafe_b64encode(random_bytes(_ADDRESS_BYTES)).decode(),
        webp=command.webp,
        width=command.width,
        height=command.height,
        uploaded_by_id=command.uploaded_by_id,
        approved_by_id=by_id,
        approved_at=now,
    )
    session.add(picture)
    wish.changed_at = now
    session.flush()
    _note(session, "picture_passed", wish, picture, by_id=by_id, now=now)
    return picture


def take_back_picture(
    session: Session, community_id: int, picture_id: int, *, by_id: int, now: datetime
) -> None:
    """From here on its address leads nowhere, and its bytes are gone. Raises NoSuchPicture."""
    found = session.execute(
        select(WishPicture, Wish)
        .join(Wish, Wish.id == WishPicture.wish_id)
        .where(WishPicture.id == picture_id, Wish.community_id == community_id)
    ).one_or_none()
    if found is None:
        raise NoSuchPicture
    picture, wish = found
    wish.changed_at = now
    _note(session, "picture_taken_back", wish, picture, by_id=by_id, now=now)
    session.delete(picture)
    session.flush()


def _note(
    session: Session, kind: str, wish: Wish, picture: WishPicture, *, by_id: int, now: datetime
) -> None:
    note(
        session,
        kind,
        community_id=wish.community_id,
        now=now,
        wish=wish.id,
        picture=picture.id,
        by=by_id,
    )
