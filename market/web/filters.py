"""How pages write money, days and moments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask, g
from flask_babel import format_date, format_datetime, get_locale, gettext

from market.domain.proceeds.wish import ELDEST_CHILD, TELLER, Theme

MINUS = "−"


def install(app: Flask) -> None:
    app.add_template_filter(money_text, "money")
    app.add_template_filter(amount_text, "amount")
    app.add_template_filter(date_text, "date")
    app.add_template_filter(datetime_text, "datetime")
    app.add_template_filter(time_text, "time")
    app.add_template_filter(month_text, "month")
    app.add_template_filter(signed_text, "signed")
    app.add_template_filter(listed_text, "listed")
    app.add_template_filter(teller_text, "teller")
    app.add_template_filter(theme_text, "theme")


def money_text(minor: int) -> str:
    """Minor units as '¥12.50', whole yuan as '¥12', thousands grouped."""
    # PostgreSQL gives a sum of whole numbers as a decimal.
    yuan, fen = divmod(abs(int(minor)), 100)
    sign = MINUS if minor < 0 else ""
    return f"{sign}¥{yuan:,}.{fen:02d}" if fen else f"{sign}¥{yuan:,}"


def amount_text(minor: int) -> str:
    """Minor units as accountants write them: '1,234.50', without a sign for the currency."""
    yuan, fen = divmod(abs(int(minor)), 100)
    return f"{MINUS if minor < 0 else ''}{yuan:,}.{fen:02d}"


def local(moment: datetime) -> datetime:
    """The moment on the clock of the community this page is about."""
    here = g.get("community")
    return moment.astimezone(ZoneInfo(here.time_zone if here else "Asia/Shanghai"))


def date_text(day: date) -> str:
    """A day, '2026年11月23日' or 'Nov 23, 2026'."""
    return str(format_date(local(day) if isinstance(day, datetime) else day, "medium"))


def datetime_text(moment: datetime) -> str:
    """A moment to the minute, in the community's time zone."""
    pattern = "y年M月d日 HH:mm" if _chinese() else "MMM d, y, HH:mm"
    return str(format_datetime(local(moment), pattern, rebase=False))


def time_text(moment: datetime) -> str:
    """The time of day, '14:32'."""
    return f"{local(moment):%H:%M}"


def month_text(month: str) -> str:
    """A month kept as '2026-11', written '2026年11月' or 'November 2026'."""
    first = date.fromisoformat(f"{month}-01")
    return str(format_date(first, "y年M月" if _chinese() else "MMMM y"))


def signed_text(name: str, moment: datetime) -> str:
    """Who did something and when, '芝麻，2026年11月23日 14:32'."""
    return str(gettext("%(name)s，%(at)s", name=name, at=datetime_text(moment)))


def listed_text(words: Iterable[str]) -> str:
    """Words one after the other, with the comma of the page's language."""
    return str(gettext("、")).join(words)


def _chinese() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "zh"


def teller_text(age_band: str) -> str:
    """Who asks, in the public's words: an age band where five children share it, else nothing more."""
    if not age_band:
        return str(gettext(TELLER))
    least, _, most = age_band.partition("-")
    if int(least) > ELDEST_CHILD:
        return str(gettext("一位 %(least)s–%(most)s 岁的同学", least=least, most=most))
    return str(gettext("一位 %(least)s–%(most)s 岁的小朋友", least=least, most=most))


def theme_text(theme: str) -> str:
    """A wish's theme in words; nothing for one that is not known any more."""
    return str(gettext(Theme(theme).label)) if theme in list(Theme) else ""
