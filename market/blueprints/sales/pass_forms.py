"""The forms of joining a stall by its pass, and of looking after the passes."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import HiddenField

from market.domain.sales.stall_pass import MOST_NAME, MOST_SEATS, read_digits
from market.web.forms import CardsField, CountField, Form, TextField

_NAME = {"autocomplete": "nickname"}
_DIGITS = {"inputmode": "numeric", "autocomplete": "off", "enterkeyhint": "go"}
KEEP, SHOW_OUT, STOP = "keep", "show_out", "stop"


class DigitsField(TextField):
    """The day's four digits, full-width or with blanks between."""

    def _read(self, typed: object) -> str:
        return read_digits(typed)


class HolderForm(Form):
    """Whose hands a phone is in."""

    name = TextField(lazy_gettext("您的称呼"), most=MOST_NAME, render_kw=_NAME)


class JoinForm(HolderForm):
    """`attempt` was made with the page, so that two taps are one phone."""

    attempt = HiddenField()
    digits = DigitsField(lazy_gettext("今天的四位数字"), render_kw=_DIGITS)


class SeatsForm(Form):
    seats = CountField(lazy_gettext("最多几部手机"), most=MOST_SEATS)


class RenewalForm(Form):
    """What becomes of a pass that should let nobody in any more."""

    what = CardsField(lazy_gettext("怎么处理"))

    def offer(self, *, stands: bool) -> None:
        self.what.choices = [
            (KEEP, lazy_gettext("换一张新的，已加入的手机照常用")),
            (SHOW_OUT, lazy_gettext("换一张新的，请所有手机重新加入")),
        ]
        if stands:
            self.what.choices.append((STOP, lazy_gettext("停用，不再让新手机加入")))
