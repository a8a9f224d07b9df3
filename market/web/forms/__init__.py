"""Forms: fields that read what people type, and the one shape of a view that writes."""

from market.web.forms.acting import Done, acted
from market.web.forms.base import Form
from market.web.forms.choices import CardsField, ChoiceField, FileField, TickField, TicksField
from market.web.forms.fields import (
    CountField,
    DateField,
    LinesField,
    MoneyField,
    PasswordField,
    TextField,
    TimeField,
)

__all__ = [
    "CardsField",
    "ChoiceField",
    "CountField",
    "DateField",
    "Done",
    "FileField",
    "Form",
    "LinesField",
    "MoneyField",
    "PasswordField",
    "TextField",
    "TickField",
    "TicksField",
    "TimeField",
    "acted",
]
