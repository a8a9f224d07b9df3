"""Fields in which something is chosen: one of a list, some of it, a box to tick, a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import fields, widgets
from wtforms.form import BaseForm
from wtforms.validators import Optional

from market.domain.errors import N_, Invalid
from market.web.forms.needed import Needed, is_filled


class NothingChosen(Invalid):
    """None of the choices was taken."""

    sentence = N_("请从列出的选项里选一个。")


class NoFile(Invalid):
    """No file came with the form."""

    sentence = N_("还没有选文件，请选一个再提交。")


class ChoiceField(fields.SelectField):
    """One of `choices` (pairs of value and words) from a list that drops down.

    `coerce=int` for ids; what is not among the choices is refused before anybody looks it up.
    A view may set `choices` later, but before it validates the form.
    """

    def __init__(
        self,
        label: str,
        *,
        choices: Iterable[tuple[Any, str]] = (),
        optional: bool = False,
        **rest: Any,
    ) -> None:
        super().__init__(label, [Optional() if optional else Needed(NothingChosen)], **rest)
        self.choices = list(choices)

    def pre_validate(self, form: BaseForm) -> None:
        if any(is_filled(value) for value in self.raw_data or ()):
            super().pre_validate(form)


class CardsField(ChoiceField):
    """One of `choices`, all in sight: drawn by the macros `cards` or `radios`."""

    widget: Any = widgets.ListWidget(prefix_label=False)
    option_widget: Any = widgets.RadioInput()

    def __init__(self, label: str, **rest: Any) -> None:
        super().__init__(label, **rest)
        # The label names the whole group: there is no single control it could lead to.
        self.label.field_id = ""


class TicksField(fields.SelectMultipleField):
    """Any number of `choices`, each with a box to tick; at least one unless `optional`."""

    widget: Any = widgets.ListWidget(prefix_label=False)
    option_widget: Any = widgets.CheckboxInput()

    def __init__(
        self,
        label: str,
        *,
        choices: Iterable[tuple[Any, str]] = (),
        optional: bool = False,
        **rest: Any,
    ) -> None:
        super().__init__(label, [Optional() if optional else Needed(NothingChosen)], **rest)
        self.choices = list(choices)


class TickField(fields.BooleanField):
    """A box to tick; not ticked is an answer too."""


class FileField(fields.FileField):
    """A file; `data` is werkzeug's FileStorage, or None."""

    def __init__(self, label: str, *, optional: bool = False, **rest: Any) -> None:
        super().__init__(label, [Optional() if optional else Needed(NoFile)], **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0] if valuelist and valuelist[0] else None
        self.raw_data = [self.data] if self.data else []
