"""What an enterprise shows to everybody: its own words, each shown or withdrawn, and a picture."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.livelihood.enterprises import MOST_NAME, enterprise_of
from market.domain.errors import N_, Invalid
from market.domain.livelihood.public_words import SHOWABLE, check_public
from market.domain.text import clean_text
from market.models.livelihood import Enterprise, EnterprisePicture

MOST_PRODUCT = 80
MOST_WORDS = 600
MOST_GOAL = 200
MOST_BUYING = 200


class NothingToShow(Invalid):
    """A page without a name or a product says nothing."""

    sentence = N_("要公开这一页，请至少让大家看到名字或产品。")


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePage:
    """The words of a page, and which of SHOWABLE everybody may see; `page_shown` is the page itself."""

    community_id: int
    enterprise_id: int
    name: str
    product: str
    words: str
    goal: str
    buying: str
    shown: Collection[str]
    page_shown: bool


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture encoded anew."""

    webp: bytes
    width: int
    height: int


def write_page(session: Session, command: WritePage, *, by_id: int, now: datetime) -> Enterprise:
    """Say and show this from now on; what is no longer shown is gone from the next request on.

    Raises NoSuchEnterprise, DiagnosisTold, NothingToShow, and what `clean_text` raises.
    """
    enterprise = enterprise_of(session, command.community_id, command.enterprise_id)
    told = (command.name, command.product, command.words, command.goal, command.buying)
    check_public(told)
    says_something = "name" in command.shown or ("product" in command.shown and command.product)
    if command.page_shown and not says_something:
        raise NothingToShow(field="page_shown")
    enterprise.name = clean_text(command.name, most=MOST_NAME)
    enterprise.product = _or_empty(command.product, MOST_PRODUCT)
    enterprise.words = _or_empty(command.words, MOST_WORDS)
    enterprise.goal = _or_empty(command.goal, MOST_GOAL)
    enterprise.buying = _or_empty(command.buying, MOST_BUYING)
    for one in SHOWABLE:
        setattr(enterprise, f"{one}_shown", one in command.shown)
    enterprise.page_shown = command.page_shown
    enterprise.changed_at = now
    _note(session, "enterprise_page", enterprise, by_id=by_id, now=now)
    return enterprise


def withdraw_page(
    session: Session, community_id: int, enterprise_id: int, *, by_id: int, now: datetime
) -> None:
    """Nobody sees the page from now on. Raises NoSuchEnterprise."""
    enterprise = enterprise_of(session, community_id, enterprise_id)
    enterprise.page_shown, enterprise.changed_at = False, now
    _note(session, "enterprise_page", enterprise, by_id=by_id, now=now)


def put_picture(
    session: Session,
    community_id: int,
    enterprise_id: int,
    picture: NewPicture | None,
    *,
    new_address: Callable[[], str],
    by_id: int,
    now: datetime,
) -> None:
    """This picture and no other, at an address nobody knows; None takes it away.

    Raises NoSuchEnterprise.
    """
    enterprise = enterprise_of(session, community_id, enterprise_id)
    session.execute(
        delete(EnterprisePicture).where(EnterprisePicture.enterprise_id == enterprise.id)
    )
    if picture is not None:
        session.add(
            EnterprisePicture(
                enterprise_id=enterprise.id,
                address=new_address(),
                webp=picture.webp,
                width=picture.width,
                height=picture.height,
                by_id=by_id,
                put_at=now,
            )
        )
    enterprise.changed_at = now


def _or_empty(text: str, most: int) -> str:
    return clean_text(text, most=most, lines=True) if text.strip() else ""


def _note(
    session: Session, kind: str, enterprise: Enterprise, *, by_id: int, now: datetime
) -> None:
    note(
        session,
        kind,
        community_id=enterprise.community_id,
        now=now,
        enterprise=enterprise.id,
        shown=int(enterprise.page_shown),
        by=by_id,
    )
