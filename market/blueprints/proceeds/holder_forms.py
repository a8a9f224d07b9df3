"""The forms of holders, parties and declared interests."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from market.actions.ledger.holders import MOST_NAME
from market.domain.errors import N_
from market.domain.ledger.holders import HolderKind, PartyKind
from market.web.forms import CardsField, ChoiceField, Form, TextField

_HOLDER_HINTS = {
    HolderKind.CUSTODIAN: N_("现金放在谁那里、哪个柜子里"),
    HolderKind.BANK: N_("社区专户、居委会账户等，写清是哪一个"),
    HolderKind.PLATFORM: N_("微信、支付宝的商户收款码，钱要过一阵才到账"),
    HolderKind.CHARITY: N_("有公开募捐资格，义卖的钱由它收、由它管"),
    HolderKind.PERSON: N_("某个人自己的收款码，只能算代收，要写明哪天移交"),
}
_PARTY_HINTS = {
    PartyKind.CONSIGNOR: N_("把自己做的东西放在摊位上卖，卖掉以后要付给他"),
    PartyKind.PERSON: N_("先替市集付了钱的人，以后要报销给他"),
    PartyKind.SUPPLIER: N_("我们向它买东西的商家"),
}


class NameHolderForm(Form):
    kind = CardsField(lazy_gettext("是哪一种"))
    name = TextField(lazy_gettext("名称"), most=MOST_NAME)


class NamePartyForm(Form):
    kind = CardsField(lazy_gettext("是哪一种"))
    name = TextField(lazy_gettext("称呼或店名"), most=MOST_NAME)
    person = ChoiceField(lazy_gettext("在系统里的账号"), optional=True)

    @property
    def person_id(self) -> int | None:
        return int(self.person.data) if self.person.data else None


class RenameForm(Form):
    name = TextField(lazy_gettext("名称"), most=MOST_NAME)


class InterestForm(Form):
    person = ChoiceField(lazy_gettext("谁要申报"))


def name_holder_form() -> NameHolderForm:
    form = NameHolderForm()
    form.kind.choices = [(str(kind), gettext(kind.label)) for kind in HolderKind]
    return form


def name_party_form(people: list[tuple[int, str]]) -> NamePartyForm:
    form = NamePartyForm()
    form.kind.choices = [(str(kind), gettext(kind.label)) for kind in PartyKind]
    form.person.choices = [
        ("", gettext("没有账号")),
        *((str(number), name) for number, name in people),
    ]
    return form


def interest_form(people: list[tuple[int, str]]) -> InterestForm:
    form = InterestForm()
    offer_people(form, people)
    return form


def offer_people(form: InterestForm, people: list[tuple[int, str]]) -> None:
    """Let one of them be chosen; nobody is before somebody chooses."""
    names = [(str(number), name) for number, name in people]
    form.person.choices = [("", gettext("请选择")), *names] if names else []


def holder_hints() -> dict[str, str]:
    """What each kind of holder is, by its value."""
    return {str(kind): gettext(words) for kind, words in _HOLDER_HINTS.items()}


def party_hints() -> dict[str, str]:
    """What each kind of party is, by its value."""
    return {str(kind): gettext(words) for kind, words in _PARTY_HINTS.items()}
