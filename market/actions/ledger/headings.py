"""Choosing under which official heading each kind of account stands on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Invalid, MarketError
from market.domain.ledger.account import AccountKind
from market.domain.ledger.heading import PRESET, Heading
from market.models.ledger import AccountHeading
from market.queries.ledger.headings import headings_of


class HeadingUnreadable(Invalid):
    """One of the headings is not one; `field` names the form's."""

    sentence = N_("科目编号以四位数字开头，例如 1001 或 1001-02，请检查。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseHeadings:
    """Code and name as typed, for every kind of account."""

    community_id: int
    typed: Mapping[AccountKind, tuple[str, str]]


def choose_headings(session: Session, command: ChooseHeadings, *, by_id: int, now: datetime) -> int:
    """Write down what differs from before, and say how many do; raises HeadingUnreadable.

    The books themselves stay as they are: a heading is only how paper names an account.
    """
    before = headings_of(session, command.community_id)
    chosen = {kind: _heading(kind, *typed) for kind, typed in command.typed.items()}
    changed = sorted(kind for kind, heading in chosen.items() if heading != before[kind])
    for kind in changed:
        session.execute(
            delete(AccountHeading).where(
                AccountHeading.community_id == command.community_id,
                AccountHeading.kind == str(kind),
            )
        )
        if chosen[kind] != PRESET[kind]:
            session.add(
                AccountHeading(
                    community_id=command.community_id,
                    kind=str(kind),
                    code=chosen[kind].code,
                    name=chosen[kind].name,
                    changed_by_id=by_id,
                    changed_at=now,
                )
            )
        note(
            session,
            "heading_chosen",
            community_id=command.community_id,
            now=now,
            account_kind=str(kind),
            code=chosen[kind].code,
            by=by_id,
        )
    return len(changed)


def _heading(kind: AccountKind, code: str, name: str) -> Heading:
    try:
        return Heading(code.strip(), name)
    except MarketError as error:
        raise HeadingUnreadable(field=f"code_{kind}") from error
