"""Forms: fields that read what people type, and the one shape of a view that writes."""

from market.web.forms.acting import Done, acted
from market.web.forms.base import Form
from market.web.forms.fields import (
    CardsField,
    ChoiceField,
    CountField,
    DateField,
    FileField,
    LinesField,
    MoneyField,
    PasswordField,
    TextField,
    TickField,
    TicksField,
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
