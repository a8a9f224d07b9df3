"""The forms with which a market is prepared: its words, its basis, its split."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms.fields import Field

from market.actions.sales.legal_basis import MOST_AGREEMENT, MOST_NUMBER, SetBasis
from market.actions.sales.market_days import MOST_NAME, MOST_PLACE, MOST_WEIGHT, PlanMarket
from market.domain.errors import N_
from market.domain.sales.legal_basis import BasisKind
from market.domain.sales.sale import Tender
from market.queries.ledger.holders import Choice
from market.queries.sales.market_days import MarketDayNow
from market.queries.sales.preparing import BasisNow, ShareNow
from market.web.forms import (
    ChoiceField,
    CountField,
    DateField,
    Form,
    LinesField,
    TextField,
    TimeField,
)

START, END = time(9), time(12)
"""When most markets are; what a new plan says until somebody says otherwise."""
ELECTRONIC = (Tender.WECHAT, Tender.ALIPAY, Tender.OTHER)


class PlanForm(Form):
    name = TextField(lazy_gettext("名称"), most=MOST_NAME)
    held_on = DateField(lazy_gettext("日期"))
    starts_at = TimeField(lazy_gettext("几点开始"))
    ends_at = TimeField(lazy_gettext("几点结束"))
    place = TextField(lazy_gettext("地点"), most=MOST_PLACE)
    bring = LinesField(lazy_gettext("来逛的邻居要带什么"), least=0, optional=True)
    give = LinesField(lazy_gettext("捐闲置怎么捐"), least=0, optional=True)
    help = LinesField(lazy_gettext("当志愿者怎么报名"), least=0, optional=True)
    hosts = LinesField(lazy_gettext("主办和协办单位"), least=0, optional=True)

    def command(self, community_id: int) -> PlanMarket:
        return PlanMarket(
            community_id=community_id,
            name=self.name.text,
            held_on=self.held_on.day,
            starts_at=self.starts_at.of_day,
            ends_at=self.ends_at.of_day,
            place=self.place.text,
            bring=self.bring.text,
            give=self.give.text,
            help=self.help.text,
            hosts=self.hosts.text,
        )


class BasisForm(Form):
    """What every basis says; each kind has fields of its own besides."""

    holder = ChoiceField(lazy_gettext("款项归属"))
    handover_due_on = DateField(lazy_gettext("有个人代收的话，最晚哪天交到社区账户"), optional=True)
    code_wechat = ChoiceField(lazy_gettext("微信收款码是谁的"), optional=True)
    code_alipay = ChoiceField(lazy_gettext("支付宝收款码是谁的"), optional=True)
    code_other = ChoiceField(lazy_gettext("其他收款方式归谁"), optional=True)

    def command(self, community_id: int, market_day_id: int, kind: BasisKind) -> SetBasis:
        return SetBasis(
            community_id=community_id,
            market_day_id=market_day_id,
            kind=kind,
            holder_id=int(self.holder.data),
            certificate=self._said("certificate") or "",
            agreement=self._said("agreement") or "",
            filing_number=self._said("filing_number") or "",
            filing_due_on=self._said("filing_due_on"),
            handover_due_on=self.handover_due_on.data,
            payment_codes={
                tender: int(self[f"code_{tender}"].data)
                for tender in ELECTRONIC
                if self[f"code_{tender}"].data
            },
        )

    def _said(self, name: str) -> Any:
        return self[name].data if name in self else None


class CharityForm(BasisForm):
    """With a charity that may raise money: its papers, and the filing of this market."""

    certificate = TextField(lazy_gettext("慈善组织登记证号"), most=MOST_NUMBER)
    agreement = TextField(lazy_gettext("合作协议的名称和编号"), most=MOST_AGREEMENT)
    filing_number = TextField(lazy_gettext("备案编号"), most=MOST_NUMBER, least=0, optional=True)
    filing_due_on = DateField(lazy_gettext("还没有的话，预计哪天拿到"), optional=True)
    handover_due_on = DateField(lazy_gettext("最晚哪天上缴"), optional=True)

    def validate(self, extra_validators: object = None) -> bool:
        sound = bool(super().validate(extra_validators))
        said = self.filing_number.text or self.filing_due_on.data or self.filing_due_on.errors
        if not said:
            say = N_("请填备案编号；还没有的话，填预计哪天拿到。")
            self.filing_number.errors = [gettext(say)]
            return False
        return sound


class PledgeForm(BasisForm):
    """Pledged in writing: to whom, and by when it is handed over."""

    agreement = TextField(lazy_gettext("约定的名称和编号"), most=MOST_AGREEMENT)
    handover_due_on = DateField(lazy_gettext("最晚哪天移交"))


class FilingForm(Form):
    filing_number = TextField(lazy_gettext("备案编号"), most=MOST_NUMBER)


def plan_form(day: MarketDayNow | None, *, held_on: date | None = None) -> PlanForm:
    """A plan as it stands, or an empty one for the usual hours."""
    if day is None:
        return PlanForm(data={"starts_at": START, "ends_at": END})
    known = {
        name: getattr(day, name)
        for name in ("name", "starts_at", "ends_at", "place", "bring", "give", "help", "hosts")
    }
    return PlanForm(data={**known, "held_on": held_on})


def basis_form(
    kind: BasisKind,
    known: BasisNow | None,
    *,
    holders: Iterable[Choice],
    code_holders: Sequence[Choice],
) -> BasisForm:
    """The questions of one kind of basis, with what was answered before."""
    data: dict[str, object] = {}
    if known is not None:
        data = {
            "holder": str(known.holder_id),
            "certificate": known.certificate,
            "agreement": known.agreement,
            "filing_number": known.filing_number,
            "filing_due_on": known.filing_due_on,
            "handover_due_on": known.handover_due_on,
            **{f"code_{code.tender}": str(code.holder_id) for code in known.codes},
        }
    form = _FORMS[kind](data=data)
    choices = [(str(holder.id), holder.name) for holder in holders]
    # Nobody's money is decided by what happens to stand first in a list.
    form.holder.choices = choices if len(choices) == 1 else [("", gettext("请选择")), *choices]
    for tender in ELECTRONIC:
        form[f"code_{tender}"].choices = [
            ("", gettext("和款项归属同一个账户")),
            *((str(holder.id), _code_holder(holder)) for holder in code_holders),
        ]
    return form


def policy_form(shares: Iterable[ShareNow]) -> Form:
    """A weight for each fund, `weight_<fund>`; left empty it gets nothing."""
    fields: dict[str, Field] = {
        f"weight_{share.fund_id}": CountField(share.name, least=0, most=MOST_WEIGHT, optional=True)
        for share in shares
    }
    known = {f"weight_{share.fund_id}": share.weight or None for share in shares}
    form: Form = type("PolicyForm", (Form,), fields)(data=known)
    return form


def weights_in(form: Form, shares: Iterable[ShareNow]) -> list[tuple[int, int]]:
    """Fund and weight of a form that passed, in the order of the split."""
    return [(share.fund_id, form[f"weight_{share.fund_id}"].data or 0) for share in shares]


_FORMS: dict[BasisKind, type[BasisForm]] = {
    BasisKind.CHARITY: CharityForm,
    BasisKind.PLEDGE: PledgeForm,
    BasisKind.MUTUAL_AID: BasisForm,
}


def _code_holder(holder: Choice) -> str:
    if holder.kind == "person":
        return str(gettext("%(name)s（个人代收，要移交）", name=holder.name))
    return holder.name
