"""A list that somebody brings along: pasted as text, or as a file of a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import widgets

from market.domain.errors import N_
from market.domain.pasted_list import table_text
from market.domain.text import TextTooLong
from market.web.forms import FileField, Form, TextField
from market.web.uploads import sheet_text

MOST_PASTED = 40_000


class PastedField(TextField):
    """Text as it was pasted, tabs and all; what is wrong with it shows cell by cell."""

    widget: Any = widgets.TextArea()

    def _read(self, typed: object) -> str:
        text = str(typed)
        if len(text) > self._most:
            raise TextTooLong(most=self._most)
        return text


class PasteForm(Form):
    text = PastedField(lazy_gettext("粘贴在这里"), most=MOST_PASTED, optional=True)
    file = FileField(lazy_gettext("或者选一个文件（.xlsx、.csv）"), optional=True)

    def validate(self, extra_validators: object = None) -> bool:
        sound = bool(super().validate(extra_validators))
        if sound and not self.text.data and self.file.data is None:
            self.text.errors = [gettext(N_("请先粘贴，或者选一个文件。"))]
            return False
        return sound

    def pasted(self) -> str:
        """The text, or that of the file; raises what `sheet_text` raises."""
        return _unquoted(self.text.data) or sheet_text(self.file.data)


def _unquoted(text: str) -> str:
    """A spreadsheet puts a cell of several lines between quotes; here it is one line again."""
    if "\t" not in text or '"' not in text:
        return text
    try:
        return table_text(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    except csv.Error:
        return text
