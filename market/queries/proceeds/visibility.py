"""The one rule that says which wishes the public may see, and which may be lit; it fails closed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from market.domain.proceeds.consent import PUBLISHING, Purpose
from market.domain.proceeds.wish import FULFILLED, PUBLISHED
from market.models.proceeds import Consent, ConsentWithdrawal, Wish, WishHold, WishReview

Day = date | ColumnElement[date]
"""The community's own day, or a place in a statement that it is put into later."""


def visible_wish_condition(today: Day) -> ColumnElement[bool]:
    """For the WHERE of a query over `Wish`: published, passed by a second reader, consented to.

    A consent holds from `given_on` to before `expires_on`.
    """
    return and_(Wish.state.in_(PUBLISHED), publishable_wish_condition(today))


def visible_picture_condition(today: Day) -> ColumnElement[bool]:
    """For a query over `Wish` and its pictures: delivered, and publishing them consented to."""
    return _once_fulfilled(Purpose.PUBLISH_PICTURE, today)


def visible_thanks_condition(today: Day) -> ColumnElement[bool]:
    """The same for words of thanks, which have a consent of their own."""
    return _once_fulfilled(Purpose.PUBLISH_THANKS, today)


def _once_fulfilled(purpose: Purpose, today: Day) -> ColumnElement[bool]:
    return and_(
        visible_wish_condition(today),
        Wish.state.in_(FULFILLED),
        consent_condition(purpose, today),
    )


def publishable_wish_condition(today: Day) -> ColumnElement[bool]:
    """The same without the state: this very content may be shown today."""
    return and_(
        passed_review_condition(),
        consent_condition(Purpose.PROCESS, today),
        consent_condition(Purpose.PUBLISH_TEXT, today),
    )


def may_be_lit_condition(today: Day) -> ColumnElement[bool]:
    """Money may go to it: its content has passed, we may handle it, and nobody brings it instead.

    Shown or not: refusing to publish costs nothing.
    """
    return and_(
        passed_review_condition(),
        consent_condition(Purpose.PROCESS, today),
        ~held_condition(today),
    )


def held_condition(today: Day) -> ColumnElement[bool]:
    """Somebody promised to bring it, and the promise has not lapsed; or has brought it already."""
    return (
        select(WishHold.id)
        .where(WishHold.wish_id == Wish.id, hold_binds(today))
        .correlate(Wish)
        .exists()
    )


def hold_binds(today: Day) -> ColumnElement[bool]:
    """For the WHERE of a query over `WishHold`: nobody ended it, and its day is not over."""
    return and_(
        WishHold.ended_at.is_(None),
        or_(WishHold.until_on >= today, WishHold.received_at.is_not(None)),
    )


def passed_review_condition() -> ColumnElement[bool]:
    """The latest review is of the present content, by another than its author, with three noes."""
    latest = (
        select(func.max(WishReview.id))
        .where(WishReview.wish_id == Wish.id)
        .correlate(Wish)
        .scalar_subquery()
    )
    return (
        select(WishReview.id)
        .where(
            WishReview.id == latest,
            WishReview.content_hash == Wish.content_hash,
            WishReview.reviewed_by_id != Wish.written_by_id,
            WishReview.neighbours_could_guess.is_(False),
            WishReview.school_could_guess.is_(False),
            WishReview.child_would_be_hurt.is_(False),
        )
        .correlate(Wish)
        .exists()
    )


def consent_condition(purpose: Purpose, today: Day) -> ColumnElement[bool]:
    """A consent to `purpose` stands behind the wish today; to publish, the child said yes too."""
    withdrawn = (
        select(ConsentWithdrawal.consent_id)
        .where(ConsentWithdrawal.consent_id == Consent.id)
        .correlate(Consent)
        .exists()
    )
    return (
        select(Consent.id)
        .where(
            Consent.community_id == Wish.community_id,
            Consent.reference == Wish.consent_ref,
            Consent.purpose == purpose,
            Consent.given_on <= today,
            Consent.expires_on > today,
            Consent.child_agreed.is_(True) if purpose in PUBLISHING else true(),
            ~withdrawn,
        )
        .correlate(Wish)
        .exists()
    )
