"""The forms of money moves: one for each kind, asking only for what that kind needs."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from market.actions.ledger.move_kinds import ProposeMove
from market.actions.ledger.payout_signatures import MOST_SLIP
from market.blueprints.proceeds.move_words import ASKING, NOTHING_TO_CHOOSE, Asking
from market.domain.ledger.account import AccountRef
from market.domain.ledger.moves import MoveKind
from market.domain.money import MOST_TOTAL_MINOR
from market.domain.sales.sale import Tender
from market.domain.sales.signature import MOST_SIGNS
from market.extensions import reading
from market.queries.ledger.moves import (
    Place,
    bearers_to_choose,
    days_to_choose,
    parties_to_choose,
    places_to_choose,
    variances_to_choose,
)
from market.web.filters import date_text, money_text
from market.web.forms import ChoiceField, Form, MoneyField, TextField

MOST_NOTE = 200


def _id(value: object) -> int | None:
    """What a list sends back: an id, or nothing where nothing needs to be chosen."""
    return int(str(value)) if value else None


class MoveForm(Form):
    """Every field a kind may ask for; `move_form` takes away those its kind does not."""

    source = ChoiceField(lazy_gettext("从哪里"))
    till = ChoiceField(lazy_gettext("哪一班收银"), coerce=_id)
    party = ChoiceField(lazy_gettext("谁"), coerce=_id)
    amount = MoneyField(lazy_gettext("金额"), least_minor=1, most_minor=MOST_TOTAL_MINOR)
    fee = MoneyField(lazy_gettext("其中手续费"), optional=True)
    target = ChoiceField(lazy_gettext("到哪里"))
    allocation = ChoiceField(lazy_gettext("用哪一笔款项承担"), coerce=_id)
    day = ChoiceField(lazy_gettext("哪一次市集"), coerce=_id, optional=True)
    note = TextField(lazy_gettext("说明"), most=MOST_NOTE)
    evidence = TextField(lazy_gettext("凭据编号"), most=MOST_NOTE, optional=True)

    def asks_for(self, field: str) -> bool:
        return field in self._fields

    def command(self, community_id: int, kind: MoveKind) -> ProposeMove:
        """What the form says; only after it was found well-formed."""
        return ProposeMove(
            community_id=community_id,
            kind=kind,
            amount_minor=self.amount.minor,
            fee_minor=(self.fee.data or 0) if self.asks_for("fee") else 0,
            source=self._account("source"),
            target=self._account("target"),
            party_id=self._chosen("party"),
            till_id=self._chosen("till"),
            allocation_id=self._chosen("allocation"),
            market_day_id=self._chosen("day"),
            note=self.note.text,
            evidence=self.evidence.text,
        )

    def _account(self, field: str) -> AccountRef | None:
        return AccountRef.parse(self[field].data) if self.asks_for(field) else None

    def _chosen(self, field: str) -> int | None:
        chosen: int | None = self[field].data if self.asks_for(field) else None
        return chosen


class ReasonForm(Form):
    """The second person's word: a refusal says why."""

    reason = TextField(lazy_gettext("不同意的理由"), most=MOST_NOTE, optional=True)


class PayeeForm(Form):
    """The payee's word for cash: her name drawn here, or the slip of paper she signed."""

    strokes = TextField(lazy_gettext("收款人用手指签名"), most=MOST_SIGNS, optional=True)
    slip = TextField(lazy_gettext("或者：她签过的纸质收条编号"), most=MOST_SLIP, optional=True)


class ReversalForm(Form):
    """Why a voucher is to be undone."""

    note = TextField(lazy_gettext("为什么冲正"), most=MOST_NOTE)


def move_form(kind: MoveKind, community_id: int) -> MoveForm:
    """The form of a kind, with what there is to choose among now."""
    asking = ASKING[kind]
    form = MoveForm()
    choices = _choices(asking, community_id)
    for name in ("source", "target", "party", "till", "allocation", "day"):
        if name in choices:
            form[name].choices = choices[name]
        else:
            del form[name]
    if not asking.fee:
        del form["fee"]
    form.evidence.label.text = gettext(asking.evidence)
    return form


def missing_choices(form: MoveForm) -> list[str]:
    """Why this kind cannot be proposed now, in words; nothing where it can."""
    return [
        gettext(sentence)
        for name, sentence in NOTHING_TO_CHOOSE.items()
        if form.asks_for(name) and not [value for value, _ in form[name].choices if value]
    ]


def _choices(asking: Asking, community_id: int) -> dict[str, list[tuple[object, str]]]:
    found: dict[str, list[tuple[object, str]]] = {}
    if asking.sources:
        places = places_to_choose(reading(), community_id, asking.sources)
        found["source"] = [_place(one) for one in places if one.balance_minor > 0]
    if asking.targets:
        places = places_to_choose(reading(), community_id, asking.targets)
        found["target"] = [_place(one) for one in places]
    if asking.parties:
        parties = parties_to_choose(reading(), community_id, asking.parties, owed=asking.owed)
        found["party"] = [
            (one.id, _owed(one.name, gettext(one.kind.label), one.owed_minor)) for one in parties
        ]
    if asking.short is not None:
        tills = variances_to_choose(reading(), community_id, short=asking.short)
        found["till"] = [(one.till_id, _varied(one.name, one.balance_minor)) for one in tills]
    if asking.bearer:
        found["allocation"] = [
            (
                one.id,
                gettext(
                    "%(fund)s · %(day)s（还剩 %(left)s）",
                    fund=one.fund,
                    day=one.market_day,
                    left=money_text(one.left_minor),
                ),
            )
            for one in bearers_to_choose(reading(), community_id)
        ]
    if asking.day:
        found["day"] = [
            ("", gettext("不属于哪一次市集")),
            *(
                (one.id, f"{one.name} · {date_text(one.held_on)}")
                for one in days_to_choose(reading(), community_id)
            ),
        ]
    return found


def _place(place: Place) -> tuple[object, str]:
    method = place.account.key.partition(":")[2]
    words = gettext(place.account.kind.label)
    if method:
        words = gettext("%(method)s收款", method=gettext(Tender(method).label))
    named = gettext(
        "%(kind)s · %(owner)s（现有 %(amount)s）",
        kind=words,
        owner=place.owner,
        amount=money_text(place.balance_minor),
    )
    return place.account.code, str(named)


def _owed(name: str, kind: str, owed_minor: int) -> str:
    if not owed_minor:
        return f"{kind} · {name}"
    return str(
        gettext(
            "%(kind)s · %(name)s（账上欠 %(amount)s）",
            kind=kind,
            name=name,
            amount=money_text(owed_minor),
        )
    )


def _varied(name: str, balance_minor: int) -> str:
    amount = money_text(abs(balance_minor))
    if balance_minor > 0:
        return str(gettext("%(name)s（少了 %(amount)s）", name=name, amount=amount))
    return str(gettext("%(name)s（多了 %(amount)s）", name=name, amount=amount))
