"""The rule that a field must be filled in."""

from __future__ import annotations

from wtforms import fields
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from market.domain.errors import MarketError
from market.web.errors import sentence_of


class Needed:
    """Refuses a field left empty or filled with blanks, in the words of `missing`."""

    field_flags = {"required": True}

    def __init__(self, missing: type[MarketError]) -> None:
        self._missing = missing

    def __call__(self, _form: BaseForm, field: fields.Field) -> None:
        if not any(is_filled(value) for value in field.raw_data or ()):
            field.errors = []
            raise StopValidation(sentence_of(self._missing()))


def is_filled(value: object) -> bool:
    """Whether something was typed or chosen, blanks aside."""
    return bool(value.strip() if isinstance(value, str) else value)
