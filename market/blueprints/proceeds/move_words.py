"""Money moves in words: what each kind is for, what is typed for it, what may be missing for it."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext

from market.domain.errors import N_
from market.domain.ledger.account import AccountKind
from market.domain.ledger.holders import PartyKind
from market.domain.ledger.moves import MoveKind
from market.queries.ledger.balances import AccountNow
from market.queries.ledger.moves import MoveRow, MoveState
from market.web.sheets import CellKind, Column

_CASH_OR_BANK = frozenset({AccountKind.CASH_SAFE, AccountKind.BANK})
_WORKERS = frozenset({PartyKind.PERSON, PartyKind.SUPPLIER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the form of a kind asks for beside amount, words and evidence; msgids throughout.

    `sources` and `targets` are accounts to choose among, `parties` whom it is for (`owed`: only
    those something is owed to), `short` tills that were short (True) or over (False).
    """

    lead: str
    note_hint: str
    evidence: str = N_("凭据编号")
    sources: frozenset[AccountKind] = frozenset()
    targets: frozenset[AccountKind] = frozenset()
    parties: frozenset[PartyKind] = frozenset()
    owed: bool = False
    short: bool | None = None
    bearer: bool = False
    fee: bool = False
    day: bool = False
    icon: str = "handover"


ASKING: dict[MoveKind, Asking] = {
    MoveKind.HAND_OVER: Asking(
        lead=N_("现金、收款码里的钱，交给另一位保管人，或移交给银行账户、慈善组织。"),
        note_hint=N_("例如：11 月市集的现金信封，当面点清"),
        evidence=N_("交接单编号"),
        sources=_CASH_OR_BANK | {AccountKind.TENDER},
        targets=_CASH_OR_BANK,
    ),
    MoveKind.DEPOSIT: Asking(
        lead=N_("保管的现金存到银行账户。"),
        note_hint=N_("例如：存入 11 月市集的现金"),
        evidence=N_("存款回单编号"),
        sources=frozenset({AccountKind.CASH_SAFE}),
        targets=frozenset({AccountKind.BANK}),
        icon="bank",
    ),
    MoveKind.SETTLEMENT: Asking(
        lead=N_("微信、支付宝收的钱到了银行账户；平台扣的手续费先记着，以后由市集成本承担。"),
        note_hint=N_("例如：11 月 21 日收款码到账"),
        evidence=N_("对账单编号"),
        sources=frozenset({AccountKind.TENDER}),
        targets=frozenset({AccountKind.BANK}),
        fee=True,
        day=True,
        icon="phone",
    ),
    MoveKind.PAYOUT: Asking(
        lead=N_("把卖掉的寄售品的货款付给寄售人，不能超过账上欠的。"),
        note_hint=N_("例如：结清 11 月市集的围巾货款"),
        evidence=N_("收条或转账编号"),
        sources=_CASH_OR_BANK,
        parties=frozenset({PartyKind.CONSIGNOR}),
        owed=True,
        icon="envelope",
    ),
    MoveKind.REIMBURSEMENT: Asking(
        lead=N_("把垫付的钱还给垫付的人，或付清欠供应商的钱。"),
        note_hint=N_("例如：还宝妈甲垫付的帐篷租金"),
        evidence=N_("收条或转账编号"),
        sources=_CASH_OR_BANK,
        parties=_WORKERS,
        owed=True,
        icon="person",
    ),
    MoveKind.COST_ADVANCED: Asking(
        lead=N_("有人自己先付了市集的开支。先记下欠谁多少，以后报销；开支由市集成本承担。"),
        note_hint=N_("例如：帐篷租金两天"),
        evidence=N_("发票或小票编号"),
        parties=_WORKERS,
        day=True,
        icon="bag",
    ),
    MoveKind.CASH_ADVANCED: Asking(
        lead=N_("有人先借一笔现金给市集，多半是第一次开摊的找零备用金；以后报销还给他。"),
        note_hint=N_("例如：第一次市集的找零备用金"),
        evidence=N_("借条编号"),
        targets=frozenset({AccountKind.CASH_SAFE}),
        parties=_WORKERS,
        icon="cash",
    ),
    MoveKind.COST_CLEARED: Asking(
        lead=N_("已经付掉、还没有着落的开支和手续费，用安排给这次市集的成本款承担。"),
        note_hint=N_("例如：帐篷租金和平台手续费"),
        bearer=True,
        icon="scale",
    ),
    MoveKind.OVER_CLEARED: Asking(
        lead=N_("点钱多出来、又查不出原因的钱，按这次市集公布的比例分到各专款，记作无明细收入。"),
        note_hint=N_("例如：多出的钱查过两遍，没有找到原因"),
        short=False,
        icon="box",
    ),
    MoveKind.SHORT_CLEARED: Asking(
        lead=N_("点钱少了、又查不出原因的钱，用安排给市集成本的款项补上。"),
        note_hint=N_("例如：找零差错，查过两遍"),
        short=True,
        bearer=True,
        icon="scale",
    ),
    MoveKind.SHORT_PAID_IN: Asking(
        lead=N_("少了的钱有人补交了现金。"),
        note_hint=N_("例如：找到多找给顾客的 20 元"),
        short=True,
        targets=frozenset({AccountKind.CASH_SAFE}),
        icon="cash",
    ),
}
"""The kinds that are proposed here; wishes are bought and vouchers reversed on their own pages."""

NOTHING_TO_CHOOSE = {
    "source": N_("账上现在没有可以转出的钱。"),
    "target": N_("还没有可以转入的账户，请先在“账户与往来”里添加。"),
    "party": N_("名单里没有合适的人，或者账上现在不欠谁的钱。"),
    "till": N_("没有哪一班收银的点钱和账上不一样。"),
    "allocation": N_("没有安排给市集成本、还没用完的款项。请先在款项安排里安排。"),
}
"""Why a kind cannot be proposed now, by the field that has no choices."""

STATE_WORDS = {
    MoveState.WAITING: N_("等人复核"),
    MoveState.APPROVED: N_("已入账"),
    MoveState.DECLINED: N_("没有同意"),
}


def move_columns() -> list[Column[MoveRow]]:
    """Money moves as a file."""
    return [
        Column(gettext("种类"), lambda row: gettext(row.kind.label)),
        Column(gettext("从"), lambda row: _account_words(row.source)),
        Column(gettext("到"), lambda row: _account_words(row.target)),
        Column(gettext("往来"), lambda row: row.party),
        Column(gettext("心愿"), lambda row: row.wish_code),
        Column(gettext("市集"), lambda row: row.market_day),
        Column(gettext("说明"), lambda row: row.note),
        Column(gettext("凭据编号"), lambda row: row.evidence),
        Column(
            gettext("金额"),
            lambda row: row.amount_minor,
            CellKind.MONEY,
            gettext("提出的金额；只有状态是已入账的才动了钱。"),
        ),
        Column(
            gettext("其中手续费"),
            lambda row: row.fee_minor,
            CellKind.MONEY,
            gettext("平台到账时扣下的部分，先记着，以后由市集成本承担。"),
        ),
        Column(gettext("提出"), lambda row: row.proposed_by),
        Column(gettext("提出时间"), lambda row: row.proposed_at, CellKind.MOMENT),
        Column(gettext("状态"), lambda row: gettext(STATE_WORDS[row.state])),
        Column(gettext("复核"), lambda row: row.decided_by),
        Column(gettext("复核时间"), lambda row: row.decided_at, CellKind.MOMENT),
    ]


def _account_words(account: AccountNow | None) -> str:
    if account is None:
        return ""
    words = gettext(account.kind.label)
    return f"{words} · {account.owner}" if account.owner else str(words)
