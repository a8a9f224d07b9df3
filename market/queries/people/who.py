"""Who somebody is: the person behind a session, and the communities they have roles in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.people import Role
from market.models.people import Community, Person, RoleGrant, WebSession
from market.queries.asking import ask

# Asked by nearly every request, so they are put together once.
_COMMUNITY = select(
    Community.id,
    Community.slug,
    Community.name,
    Community.currency,
    Community.time_zone,
    Community.contact,
    Community.small_refund_minor,
    Community.variance_reason_minor,
    Community.wish_ceiling_minor,
    Community.second_factor_required,
).where(Community.slug == bindparam("slug"))
_SIGNED_IN = (
    select(
        Person.id,
        Person.name,
        Person.username,
        Person.locale,
        WebSession.id,
        WebSession.seen_at,
        RoleGrant.community_id,
        RoleGrant.role,
    )
    .join(Person, Person.id == WebSession.person_id)
    .outerjoin(RoleGrant, (RoleGrant.person_id == Person.id) & RoleGrant.revoked_at.is_(None))
    .where(
        WebSession.token_hash == bindparam("token_hash"),
        WebSession.revoked_at.is_(None),
        WebSession.seen_at > bindparam("seen_after"),
        WebSession.created_at > bindparam("created_after"),
        Person.closed_at.is_(None),
    )
)


class NoSuchPlace(Missing):
    """An address that leads nowhere, or nowhere for this person."""

    sentence = N_("没有找到这个页面，请从首页重新进入。")


@dataclass(frozen=True, slots=True)
class CommunityHere:
    """The community that a request is about, with its settings."""

    id: int
    slug: str
    name: str
    currency: str
    time_zone: str
    contact: str
    small_refund_minor: int
    variance_reason_minor: int
    wish_ceiling_minor: int
    second_factor_required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person with a standing session, and the roles they hold in each community."""

    id: int
    name: str
    username: str
    locale: str | None
    session_id: int
    seen_at: datetime
    roles: Mapping[int, frozenset[Role]] = field(default_factory=dict)

    def roles_in(self, community_id: int) -> frozenset[Role]:
        return self.roles.get(community_id, frozenset())


def community_by_slug(session: Session, slug: str) -> CommunityHere:
    """The community an address names; raises NoSuchPlace."""
    found = ask(session, _COMMUNITY, {"slug": slug}).one_or_none()
    if found is None:
        raise NoSuchPlace
    # The types of `select` count nine columns and no more.
    return CommunityHere(*found)  # type: ignore[call-arg]


def signed_in_by(
    session: Session, token_hash: bytes, *, seen_after: datetime, created_after: datetime
) -> SignedIn | None:
    """The person of a session that is neither revoked, idle nor too old; else None."""
    # Past the ORM, which has nothing to do here but takes its time.
    rows = ask(
        session,
        _SIGNED_IN,
        {"token_hash": token_hash, "seen_after": seen_after, "created_after": created_after},
    ).all()
    if not rows:
        return None
    roles: dict[int, set[Role]] = {}
    for row in rows:
        if row.community_id is not None:
            roles.setdefault(row.community_id, set()).add(Role(row.role))
    first = rows[0]
    return SignedIn(
        id=first[0],
        name=first[1],
        username=first[2],
        locale=first[3],
        session_id=first[4],
        seen_at=first[5],
        roles={place: frozenset(held) for place, held in roles.items()},
    )
