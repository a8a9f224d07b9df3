"""The forms of services and their turns."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext

from market.domain.sales.bookings import MOST_NICKNAME, Contact
from market.domain.sales.turns import MOST_PROVIDER, MOST_VOLUNTEER, Way
from market.queries.sales.services import ServiceNow
from market.web.booking_form import MOST_TYPED
from market.web.forms import (
    CardsField,
    DateField,
    Form,
    TextField,
    TickField,
    TimeField,
)


class ServiceForm(Form):
    """Who serves, and how turns are taken."""

    way = CardsField(lazy_gettext("邻居怎么轮到"))
    provider = TextField(lazy_gettext("谁来做"), most=MOST_PROVIDER)
    care = TickField(lazy_gettext("这是托管孩子"))


class SlotsForm(Form):
    """From when to when turns can be booked."""

    first = TimeField(lazy_gettext("从几点开始"))
    last = TimeField(lazy_gettext("到几点结束"))


class WhoseForm(Form):
    """Whose something is that is left, so that she can be called."""

    nickname = TextField(lazy_gettext("怎么称呼"), most=MOST_NICKNAME, optional=True)
    tail = TextField(lazy_gettext("手机号后四位"), most=MOST_TYPED, optional=True)

    def contact(self) -> Contact | None:
        """What was said; None where nothing was."""
        if not (self.nickname.text or self.tail.text):
            return None
        return Contact(self.nickname.text, self.tail.text)


class CareForm(Form):
    """Taking a child in, or giving it back: two volunteers, and the guardian's half of the tag."""

    first_name = TextField(lazy_gettext("第一位志愿者"), most=MOST_VOLUNTEER, optional=True)
    second_name = TextField(lazy_gettext("第二位志愿者"), most=MOST_VOLUNTEER, optional=True)
    guardian_here = TickField(lazy_gettext("监护人就在市集里，不离开"))
    tag = TextField(lazy_gettext("对方那一半牌子的后三位"), most=MOST_TYPED, optional=True)
    tag_lost = TickField(lazy_gettext("牌子丢了，两位志愿者当面核对过称呼和尾号"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A tap in the queue sends none of them; where one is shown, it is to be filled in.
        for shown in (self.first_name, self.second_name, self.tag):
            shown.flags.required = True


class PaymentForm(Form):
    """The receipt a turn was paid with."""

    day_number = TextField(lazy_gettext("小票上的当日号"), most=MOST_TYPED)


class PromiseForm(Form):
    """The day by which somebody is served."""

    due_on = DateField(lazy_gettext("约定哪天做好"))


def service_form(service: ServiceNow) -> ServiceForm:
    """How a service is served now, or nothing yet."""
    data = {"way": service.way or "", "provider": service.provider, "care": service.care}
    form = ServiceForm(data=data)
    form.way.choices = [(way.value, gettext(way.label)) for way in Way]
    return form
