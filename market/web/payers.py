"""Where money for a purchase or a support may come from, as a form offers it."""

from __future__ import annotations

from flask_babel import gettext

from market.domain.ledger.account import AccountKind, AccountRef
from market.domain.ledger.holders import PartyKind
from market.extensions import reading
from market.queries.ledger.moves import parties_to_choose, places_to_choose
from market.web.filters import money_text


def payers(community_id: int) -> list[tuple[str, str]]:
    """Safes, banks, and people who may have paid in advance."""
    places = places_to_choose(reading(), community_id, {AccountKind.CASH_SAFE, AccountKind.BANK})
    people = parties_to_choose(
        reading(), community_id, {PartyKind.PERSON, PartyKind.SUPPLIER}, owed=False
    )
    return [
        *(
            (
                place.account.code,
                gettext(
                    "%(owner)s（现有 %(amount)s）",
                    owner=place.owner,
                    amount=money_text(place.balance_minor),
                ),
            )
            for place in places
        ),
        *(
            (AccountRef.payable(one.id).code, gettext("%(name)s 先垫付", name=one.name))
            for one in people
        ),
    ]
