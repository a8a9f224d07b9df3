"""The forms of a pasted list: the text itself, then its rows, each cell to be put right in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext
from wtforms import fields

from market.domain.errors import N_, Invalid, MarketError
from market.domain.pasted_list import MOST_CELL, MOST_ROWS, Column, Cut, Layout
from market.web.errors import sentence_of
from market.web.forms import ChoiceField, Form, TextField, TickField

Read = Callable[[dict[str, str]], Any]
"""What the cells of a row mean, or the MarketError that says which one is wrong."""


class NoRowKept(Invalid):
    """Every row was left out."""

    sentence = N_("一行也没有留下，请至少留一行，或者回去重新粘贴。")


@dataclass(frozen=True, slots=True)
class RowFields:
    """One row of the form, as its page draws it."""

    line: str
    typed: str
    known: bool
    skip: fields.Field
    cells: list[fields.Field]

    @property
    def wrong(self) -> bool:
        return any(field.errors for field in self.cells)


class RowsForm(Form):
    """Rows to look through; `kept` are those that were understood and are wanted, after validating."""

    layout: Layout
    count: int
    reads: Read
    kept: Sequence[Any] = ()
    rows = fields.HiddenField()

    def validate(self, extra_validators: object = None) -> bool:
        sound = bool(super().validate(extra_validators)) and not self.errors
        wanted = [number for number in range(self.count) if not self[f"skip_{number}"].data]
        if not wanted:
            self.form_errors.append(gettext(NoRowKept.sentence))
            return False
        self.kept = self.understood(wanted)
        return sound and len(self.kept) == len(wanted)

    def understood(self, wanted: Sequence[int]) -> list[Any]:
        """What these rows mean; what one does not mean stands at its cell."""
        kept = []
        for number in wanted:
            try:
                kept.append(self.reads(self._cells(number)))
            except MarketError as error:
                named = str(error.facts.get("field", self.layout.columns[0].name))
                said = gettext(
                    "第 %(line)s 行：%(what)s",
                    line=self[f"line_{number}"].data or number + 1,
                    what=sentence_of(error),
                )
                self[f"{named}_{number}"].errors = [said]
        return kept

    def drawn(self, known: Callable[[Any], bool]) -> Iterator[RowFields]:
        """The rows with their fields; `known` says of one that was understood that it is there."""
        for number in range(self.count):
            yield RowFields(
                line=self[f"line_{number}"].data or "",
                typed=self[f"typed_{number}"].data or "",
                known=self.knows(number, known),
                skip=self[f"skip_{number}"],
                cells=[self[f"{column.name}_{number}"] for column in self.layout.columns],
            )

    def knows(self, number: int, known: Callable[[Any], bool]) -> bool:
        try:
            return known(self.reads(self._cells(number)))
        except MarketError:
            return False

    def _cells(self, number: int) -> dict[str, str]:
        return {
            column.name: (self[f"{column.name}_{number}"].data or "").strip()
            for column in self.layout.columns
        }


def rows_form(
    layout: Layout, reads: Read, cuts: Sequence[Cut], known: Callable[[Any], bool]
) -> RowsForm:
    """The rows just cut from a list; what is there already is left out unless somebody wants it."""
    data: dict[str, object] = {"rows": str(len(cuts))}
    for number, cut in enumerate(cuts):
        data |= {f"line_{number}": str(cut.line), f"typed_{number}": cut.typed[:MOST_CELL]}
        data |= {
            f"{column.name}_{number}": cut.cells.get(column.name, "") for column in layout.columns
        }
    form = _form_of(layout, reads, len(cuts), formdata=None, data=data)
    for number in range(len(cuts)):
        form[f"skip_{number}"].data = form.knows(number, known)
    form.understood([n for n in range(len(cuts)) if not form[f"skip_{n}"].data])
    return form


def rows_sent(layout: Layout, reads: Read) -> RowsForm:
    """The rows as somebody sent them back."""
    count = min(request.form.get("rows", 0, type=int), MOST_ROWS)
    return _form_of(layout, reads, max(count, 0))


def _form_of(layout: Layout, reads: Read, count: int, **given: Any) -> RowsForm:
    # A row's fields are made for the number of rows there are; WTForms reads them from a class.
    made: dict[str, Any] = {"layout": layout, "count": count, "reads": staticmethod(reads)}
    for number in range(count):
        made[f"line_{number}"] = fields.HiddenField()
        made[f"typed_{number}"] = fields.HiddenField()
        made[f"skip_{number}"] = TickField(gettext("不要这一行"))
        made |= {f"{column.name}_{number}": _field(column) for column in layout.columns}
    form: RowsForm = type("RowsFormHere", (RowsForm,), made)(**given)
    return form


def _field(column: Column) -> fields.Field:
    if not column.choices:
        return TextField(gettext(column.label), most=MOST_CELL, optional=True)
    choices = [("", gettext("自动")), *((word, gettext(word)) for word in column.choices)]
    return ChoiceField(gettext(column.label), choices=choices, optional=True)
