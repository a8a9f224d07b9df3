"""The vault's forms: a child's file in the order of the paper form, a purpose, a wish's code."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext, lazy_gettext

from market.domain.errors import N_, Invalid
from market.domain.identity.files import FIELDS, FileKind, check_birth
from market.domain.identity.reading import AT_WORK, ReadingPurpose
from market.domain.proceeds.consent import GuardianKind
from market.web.forms import CardsField, ChoiceField, DateField, Form, LinesField, TextField

YEARS_KEPT = 2
MOST_YEARS_KEPT = 5


def _asks(name: str) -> str:
    """What the paper form calls this field."""
    words: str = lazy_gettext(FIELDS[FileKind.CHILD][name].label)
    return words


_PRIVATE = {"autocomplete": "off", "spellcheck": "false"}


class KeptTooLong(Invalid):
    """A retention date in the past, or beyond what may be kept."""

    sentence = N_("保存到哪一天，请写今天以后、%(years)s 年以内的日期。")


class LabelWrong(Invalid):
    """The label typed to confirm is another."""

    sentence = N_("编号和这份档案不一样，请对照页面上方的编号再输一次。")


class ChildForm(Form):
    """A new file: everything by which the child can be reached."""

    name = TextField(_asks("name"), most=40, render_kw=_PRIVATE)
    born_on = DateField(_asks("born_on"))
    guardian = TextField(_asks("guardian"), most=40, render_kw=_PRIVATE)
    guardian_kind = ChoiceField(_asks("guardian_kind"))
    phone = TextField(_asks("phone"), most=30, render_kw=_PRIVATE | {"inputmode": "tel"})
    address = TextField(_asks("address"), most=160, optional=True, render_kw=_PRIVATE)
    school = TextField(_asks("school"), most=80, optional=True, render_kw=_PRIVATE)
    needs = LinesField(_asks("needs"), most=1_000, optional=True)
    keep_until = DateField(lazy_gettext("这份档案保存到"))

    def fields(self, today: date) -> dict[str, str]:
        """What was typed, for the vault. Raises BirthImpossible."""
        if self.born_on.data is not None:
            check_birth(self.born_on.day, today)
        born_on = "" if self.born_on.data is None else self.born_on.day.isoformat()
        return {
            "name": self.name.text,
            "born_on": born_on,
            "guardian": self.guardian.text,
            "guardian_kind": self.guardian_kind.data or "",
            "phone": self.phone.text,
            "address": self.address.text,
            "school": self.school.text,
            "needs": self.needs.text,
        }

    def kept_until(self, today: date) -> date:
        """Raises KeptTooLong."""
        if not today < self.keep_until.day <= years_after(today, MOST_YEARS_KEPT):
            raise KeptTooLong(years=MOST_YEARS_KEPT, field="keep_until")
        return self.keep_until.day


class ChangeForm(ChildForm):
    """Changes: what is left empty stays as it is, so that nothing has to be read for it."""

    name = TextField(_asks("name"), most=40, optional=True, render_kw=_PRIVATE)
    born_on = DateField(_asks("born_on"), optional=True)
    guardian = TextField(_asks("guardian"), most=40, optional=True, render_kw=_PRIVATE)
    guardian_kind = ChoiceField(_asks("guardian_kind"), optional=True)
    phone = TextField(
        _asks("phone"),
        most=30,
        optional=True,
        render_kw=_PRIVATE | {"inputmode": "tel"},
    )


class PurposeForm(Form):
    purpose = CardsField(lazy_gettext("打开这份档案，是为了"))

    @property
    def chosen(self) -> ReadingPurpose:
        return ReadingPurpose(self.purpose.data)


class WishForm(Form):
    code = TextField(lazy_gettext("心愿编号"), most=12, render_kw=_PRIVATE)

    @property
    def upper(self) -> str:
        return self.code.text.upper()


class LabelForm(Form):
    """The label typed once more, before what cannot be undone."""

    label = TextField(lazy_gettext("再输一次档案编号"), most=6, render_kw=_PRIVATE)

    def require(self, label: str) -> None:
        """Raises LabelWrong."""
        if self.label.text.upper() != label:
            raise LabelWrong(field="label")


def child_form(today: date) -> ChildForm:
    form = ChildForm(keep_until=years_after(today, YEARS_KEPT))
    form.guardian_kind.choices = [("", gettext("请选择")), *_guardians()]
    return form


def change_form(keep_until: date) -> ChangeForm:
    form = ChangeForm(keep_until=keep_until)
    form.guardian_kind.choices = [("", gettext("不改")), *_guardians()]
    return form


def purpose_form() -> PurposeForm:
    form = PurposeForm()
    form.purpose.choices = [(str(one), gettext(one.label)) for one in AT_WORK]
    return form


def years_after(day: date, years: int) -> date:
    """The same day so many years on; 28 February for the 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _guardians() -> list[tuple[str, str]]:
    return [(str(kind), gettext(kind.label)) for kind in GuardianKind]
