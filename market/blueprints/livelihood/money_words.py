"""How an entrepreneur's money is said: one sentence first, with the day on which it comes."""

from __future__ import annotations

from datetime import date

from flask_babel import format_date, gettext

from market.domain.sales.consignor_account import ConsignorAccount
from market.web.filters import date_text, local, money_text
from market.web.sessions import clock

_WEEK = 7


def today() -> date:
    """The day where the entrepreneur lives."""
    return local(clock()).date()


def owed_sentence(account: ConsignorAccount, on: date) -> str:
    """What is still to be paid, and when it comes; or that nothing is."""
    owed = account.owed_minor
    if owed < 0:
        return str(
            gettext("之前多结给您 %(amount)s，会从下次的货款里扣。", amount=money_text(-owed))
        )
    due = account.next_due
    if owed == 0 or due is None:
        return str(gettext("货款都结清了，没有欠您的钱。"))
    amount, days = money_text(owed), (due.earned.due_on - on).days
    if days < 0:
        return str(
            gettext(
                "您还有 %(amount)s 没结，本该 %(day)s 到账，晚了 %(days)s 天，社区财务的页面上已经标出来了。",
                amount=amount,
                day=date_text(due.earned.due_on),
                days=-days,
            )
        )
    return str(
        gettext(
            "您还有 %(amount)s 没结，%(when)s到账。",
            amount=amount,
            when=_when(due.earned.due_on, days),
        )
    )


def income_sentence(ours_minor: int, reported_minor: int) -> str:
    """What came in this year, ours and what was reported together."""
    if not ours_minor and not reported_minor:
        return str(gettext("这十二个月还没有收入记录。"))
    return str(
        gettext(
            "这十二个月您一共收入 %(total)s，其中市集上 %(ours)s。",
            total=money_text(ours_minor + reported_minor),
            ours=money_text(ours_minor),
        )
    )


def share_words(share_bp: int | None, fixed_minor: int | None) -> str:
    """What was agreed for a piece: a share of its price, or a sum."""
    if share_bp is None:
        return str(gettext("每件 %(amount)s", amount=money_text(fixed_minor or 0)))
    whole, rest = divmod(share_bp, 100)
    percent = f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)
    return str(gettext("售价的 %(percent)s%%", percent=percent))


def _when(day: date, days: int) -> str:
    if days == 0:
        return str(gettext("今天"))
    if days == 1:
        return str(gettext("明天"))
    if days < _WEEK:
        return str(format_date(day, "EEE"))
    return date_text(day)
