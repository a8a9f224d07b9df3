"""The properties of the books in a treasurer's words, and what to do where one does not hold."""

from __future__ import annotations

from dataclasses import dataclass

from market.domain.errors import N_

_TAMPERED = N_(
    "先不要再记账，也不要锁账。可能有人绕过系统动过数据库：请管理员运行 flask check-ledger 再查一遍，"
    "和最近的备份、纸质凭证核对；查清原因以后用冲正更正。"
)
_RECOUNT = N_(
    "原始记录还在，是合计和它们对不上，多半是系统的问题，不是谁记错了账。先不要锁账，"
    "请把这一页发给管理员，由他查清原因、重算合计。"
)
_PEOPLE = N_("请没有参与过的同事把列出的几件事重新看一遍，在公示里写一份更正说明。")


@dataclass(frozen=True, slots=True)
class Words:
    """What holds, as a sentence, and what to do if it does not; msgids."""

    holds: str
    todo: str


WORDS: dict[str, Words] = {
    "chain_verifies": Words(N_("审计记录一条接一条，没有被改过、删过。"), _TAMPERED),
    "vouchers_sealed": Words(N_("每张凭证都和入账那一刻封存的一样。"), _TAMPERED),
    "refunds_within_sales": Words(N_("退款没有超过当初卖的钱。"), _TAMPERED),
    "vouchers_balance": Words(N_("每张凭证的借方等于贷方。"), _TAMPERED),
    "vouchers_numbered": Words(N_("凭证号一个接一个，没有缺号。"), _TAMPERED),
    "balances_replayed": Words(N_("每个账户的余额，就是它的每一笔加起来的数。"), _RECOUNT),
    "both_sides_agree": Words(N_("钱放在哪里，和这些钱是谁的、做什么用，两边相等。"), _RECOUNT),
    "funds_match_the_line": Words(N_("账上每个专款的数，和专款里每一分钱的去向相等。"), _RECOUNT),
    "refunds_to_settle": Words(N_("待结算的退款，就是专款还没有还出来的那些退款。"), _RECOUNT),
    "two_people": Words(N_("没有人复核过自己提出的事。"), _PEOPLE),
    "closures_booked": Words(
        N_("每次收摊结账分给专款、记进账本的数，就是那一班卖出来的数。"), _TAMPERED
    ),
    "till_totals": Words(N_("每一班收银的合计，就是它的每一笔义卖加起来的数。"), _RECOUNT),
    "allocations_recorded": Words(N_("每笔款项安排用了多少、退了多少，都有记录对得上。"), _RECOUNT),
    "wishes_recorded": Words(N_("每个心愿备了多少款、走到哪一步，都有记录对得上。"), _RECOUNT),
    "tranches_recorded": Words(
        N_("每一批创业支持备了多少款，都和款项安排对得上，没有超出计划。"), _RECOUNT
    ),
    "releases_earned": Words(
        N_("创业支持款只给了两个人同意的计划，按顺序、见过佐证材料才放款。"), _PEOPLE
    ),
    "turns_step_by_step": Words(
        N_("每个号、每个预约都一步一步走过来，免费的也一样计数。"), _TAMPERED
    ),
    "turns_paid_once": Words(N_("每个号只付过一次款，付的就是它那项服务。"), _TAMPERED),
    "plans_carried_out": Words(N_("点亮清单给出的钱，就是两个人同意的数，只给过一次。"), _TAMPERED),
    "refund_claims": Words(N_("每笔退款要回的，正是当初那张小票的那一份钱。"), _TAMPERED),
    "pieces_contiguous": Words(N_("专款里的钱一段接一段，中间没有空缺、没有重叠。"), _TAMPERED),
    "laid_raised_returned": Words(N_("进专款的钱，就是义卖来的加上退回来的。"), _RECOUNT),
    "taken_allocated_refunded": Words(N_("出专款的钱，就是安排出去的加上退款的。"), _RECOUNT),
    "traces_sum": Words(
        N_("每张小票的去向加起来是它的净额，每个心愿收到的加起来是安排给它的。"), _TAMPERED
    ),
    "sales_hashed": Words(N_("每一笔义卖都和手机上记下的那一刻一样。"), _TAMPERED),
    "sales_summed": Words(N_("每一笔义卖的明细加起来，等于净额加寄售人应得。"), _TAMPERED),
    "positions_contiguous": Words(
        N_("每次结账里的义卖一笔接一笔排好，作废的不占位置。"), _TAMPERED
    ),
    "closures_rooted": Words(N_("每次结账封存的义卖，一笔不多、一笔不少。"), _TAMPERED),
    "unreadable": Words(N_("所有的行都读得出来。"), _TAMPERED),
}
OTHERWISE = Words(N_("系统里的另一项核对。"), _RECOUNT)


def words_of(name: str) -> Words:
    """The words for a property; general ones where nobody has written any."""
    return WORDS.get(name, OTHERWISE)
