"""The forms of wishes: content, the second reader's answers, consents, steps, companions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import request
from flask_babel import gettext, lazy_gettext

from market.actions.proceeds.company import NameCompanions
from market.actions.proceeds.consents import RecordConsents
from market.actions.proceeds.reviews import MOST_NOTE, ReviewWish
from market.actions.proceeds.steps import MOST_EVIDENCE
from market.blueprints.proceeds.wish_findings import Marked, marked
from market.domain.errors import MarketError
from market.domain.money import AmountMissing, Money, parse_amount
from market.domain.proceeds.consent import (
    MOST_NOTICE_VERSION,
    NOTICE_VERSION,
    ConsentTerms,
    GuardianKind,
    Purpose,
)
from market.domain.proceeds.wish import Theme, WishKind
from market.domain.proceeds.wish_content import (
    MOST_COSTS,
    MOST_TEXT,
    MOST_TEXT_EN,
    CostItem,
    WishContent,
)
from market.domain.proceeds.wish_gate import MOST_REASON
from market.domain.text import TextMissing
from market.queries.proceeds.wishes import WishAtHand
from market.web.errors import sentence_of
from market.web.forms import (
    CardsField,
    ChoiceField,
    DateField,
    Form,
    TextField,
    TickField,
    TicksField,
)

KIND_ICONS = {"goods": "gift", "learning": "book", "experience": "kite", "company": "company"}
NOBODY = "0"
_FIRST_ROWS = 3
_REVIEW_YES, _REVIEW_NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class CostRow:
    """One line of the costs as the form shows it, with what was typed so far."""

    number: int
    name: str = ""
    amount: str = ""
    error: str = ""


class WishForm(Form):
    kind = CardsField(lazy_gettext("想要什么"))
    text = TextField(lazy_gettext("心愿（公开显示）"), most=MOST_TEXT)
    text_en = TextField(lazy_gettext("英文译文"), most=MOST_TEXT_EN, optional=True)
    theme = ChoiceField(lazy_gettext("主题"))
    reason = TextField(lazy_gettext("为什么要这样写"), most=MOST_REASON, optional=True)
    reference = TextField(lazy_gettext("同意书编号"), most=20, optional=True)

    costs: list[CostRow]
    _items: tuple[CostItem, ...] = ()

    def show_costs(self, known: Sequence[tuple[str, int]] = ()) -> None:
        """The rows of a page that nobody has sent yet."""
        rows = [
            CostRow(number, name, Money(minor).yuan.removesuffix(".00"))
            for number, (name, minor) in enumerate(known, start=1)
        ]
        self.costs = self._with_empty_rows(rows)

    def read_costs(self) -> bool:
        """Take what was typed in each row; False if a row cannot be read, which then says so."""
        rows: list[CostRow] = []
        items: list[CostItem] = []
        for number in range(1, MOST_COSTS + 1):
            name = request.form.get(f"cost-name-{number}", "").strip()
            amount = request.form.get(f"cost-amount-{number}", "").strip()
            if not name and not amount:
                continue
            error = ""
            try:
                items.append(_cost_item(name, amount))
            except MarketError as wrong:
                error = sentence_of(wrong)
            rows.append(CostRow(len(rows) + 1, name, amount, error))
        self.costs = self._with_empty_rows(rows)
        self._items = tuple(items)
        return not any(row.error for row in rows)

    def content(self) -> WishContent:
        """What was typed; raises what `WishContent` raises."""
        return WishContent(
            kind=WishKind(self.kind.data),
            theme=Theme(self.theme.data),
            text=self.text.text,
            text_en=self.text_en.text,
            costs=self._items,
        )

    def found(self) -> dict[str, tuple[Marked, ...]]:
        """What the linter finds in what stands in the form now, by field."""
        costs = "；".join(row.name for row in self.costs if row.name)
        return marked({"text": self.text.data, "text_en": self.text_en.data, "costs": costs})

    def _with_empty_rows(self, rows: list[CostRow]) -> list[CostRow]:
        shown = min(MOST_COSTS, max(_FIRST_ROWS, len(rows) + 2))
        return [*rows, *(CostRow(number) for number in range(len(rows) + 1, shown + 1))]


class ReviewForm(Form):
    neighbours = CardsField(lazy_gettext("邻居能猜到吗？"))
    school = CardsField(lazy_gettext("学校能猜到吗？"))
    hurt = CardsField(lazy_gettext("孩子以后看到会难过吗？"))
    note = TextField(lazy_gettext("要怎么改"), most=MOST_NOTE, optional=True)

    def command(self, community_id: int, wish_id: int, content_hash: bytes) -> ReviewWish:
        return ReviewWish(
            community_id=community_id,
            wish_id=wish_id,
            content_hash=content_hash,
            neighbours_could_guess=self.neighbours.data == _REVIEW_YES,
            school_could_guess=self.school.data == _REVIEW_YES,
            child_would_be_hurt=self.hurt.data == _REVIEW_YES,
            note=self.note.text,
        )


class ConsentForm(Form):
    purposes = TicksField(lazy_gettext("同意书上勾了哪几项"))
    guardian = ChoiceField(lazy_gettext("签字的是孩子的什么人"))
    child_agreed = TickField(lazy_gettext("孩子自己也同意"))
    notice_version = TextField(lazy_gettext("告知书版本"), most=MOST_NOTICE_VERSION)
    given_on = DateField(lazy_gettext("签字的日期"))
    expires_on = DateField(lazy_gettext("到哪一天为止"))
    witness = ChoiceField(lazy_gettext("口头同意的见证人"), optional=True)

    def command(self, community_id: int, reference: str) -> RecordConsents:
        """What was ticked; raises what `ConsentTerms` raises."""
        return RecordConsents(
            community_id=community_id,
            reference=reference,
            terms=ConsentTerms(
                purposes=frozenset(map(Purpose, self.purposes.data or ())),
                notice_version=self.notice_version.text,
                child_agreed=self.child_agreed.data,
                given_on=self.given_on.day,
                expires_on=self.expires_on.day,
                guardian=GuardianKind(self.guardian.data),
            ),
            witness_id=int(self.witness.data or 0) or None,
        )


class WithdrawalForm(Form):
    purposes = TicksField(lazy_gettext("撤回哪几项"))

    @property
    def chosen(self) -> frozenset[Purpose]:
        return frozenset(map(Purpose, self.purposes.data or ()))


class EvidenceForm(Form):
    evidence = TextField(lazy_gettext("佐证材料的编号"), most=MOST_EVIDENCE)
    note = TextField(lazy_gettext("说明"), most=MOST_EVIDENCE, optional=True)


class EndForm(Form):
    how = CardsField(lazy_gettext("为什么不办了"))
    note = TextField(lazy_gettext("说明"), most=MOST_EVIDENCE)


class CompanionsForm(Form):
    first = ChoiceField(lazy_gettext("第一位"), coerce=int)
    second = ChoiceField(lazy_gettext("第二位"), coerce=int)

    def command(self, community_id: int, wish_id: int) -> NameCompanions:
        return NameCompanions(
            community_id=community_id,
            wish_id=wish_id,
            first_id=self.first.data,
            second_id=self.second.data,
        )


def wish_form(known: WishAtHand | None = None) -> WishForm:
    """The form of a new wish, or of one that is to be mended."""
    data: dict[str, object] = {}
    if known is not None:
        data = {
            "kind": str(known.wish.kind),
            "text": known.wish.text,
            "text_en": known.text_en,
            "theme": known.wish.theme,
            "reason": known.reason,
        }
    form = WishForm(data=data)
    form.kind.choices = [(str(kind), gettext(kind.label)) for kind in WishKind]
    form.theme.choices = [(str(theme), gettext(theme.label)) for theme in Theme]
    if known is not None:
        del form.reference
    return form


def review_form(prefix: str = "") -> ReviewForm:
    """One wish's answers; with a prefix, one of many on a page whose own form has the token."""
    form = ReviewForm(prefix=prefix, meta={"csrf": not prefix})
    guess = [(_REVIEW_NO, gettext("猜不到")), (_REVIEW_YES, gettext("可能猜到"))]
    form.neighbours.choices = form.school.choices = guess
    form.hurt.choices = [(_REVIEW_NO, gettext("不会")), (_REVIEW_YES, gettext("可能会"))]
    return form


def consent_form(today: date, witnesses: Sequence[tuple[int, str]]) -> ConsentForm:
    """Dated today and good for a year, unless somebody says otherwise."""
    form = ConsentForm(
        data={
            "notice_version": NOTICE_VERSION,
            "given_on": today,
            "expires_on": today.replace(year=today.year + 1, day=min(today.day, 28)),
            "witness": NOBODY,
        }
    )
    form.purposes.choices = [(str(one), gettext(one.label)) for one in Purpose]
    form.guardian.choices = [(str(one), gettext(one.label)) for one in GuardianKind]
    form.witness.choices = [
        (NOBODY, gettext("书面签字，不用见证人")),
        *((str(number), name) for number, name in witnesses),
    ]
    return form


def withdrawal_form(known: WishAtHand) -> WithdrawalForm:
    """Only what stands can be taken back."""
    form = WithdrawalForm()
    standing = {row.purpose for row in known.consents if row.withdrawn_at is None}
    form.purposes.choices = [(str(one), gettext(one.label)) for one in Purpose if one in standing]
    return form


def end_form() -> EndForm:
    form = EndForm()
    form.how.choices = [
        ("withdrawn", gettext("孩子或家里不想要了")),
        ("expired", gettext("时间过了，办不成了")),
    ]
    return form


def companions_form(
    people: Sequence[tuple[int, str]], named: tuple[int, ...] = ()
) -> CompanionsForm:
    """Begins with the two who are named, or with two different people where there are two."""
    first, second = (*named, *(number for number, _ in people), 0, 0)[:2]
    form = CompanionsForm(data={"first": first, "second": second})
    form.first.choices = form.second.choices = list(people)
    return form


def _cost_item(name: str, amount: str) -> CostItem:
    if not name:
        raise TextMissing
    if not amount:
        raise AmountMissing
    return CostItem(name, parse_amount(amount, least_minor=1).minor)
