"""The form that all others are made of: our own words, and room for what a rule said no to."""

from __future__ import annotations

from http import HTTPStatus

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import Field

from market.domain.errors import N_, MarketError
from market.web.errors import sentence_of, status_of

# WTForms speaks English; what it may say in our forms, in the language ours are written in.
_WORDS = {
    "This field is required.": N_("这里还没有填写，请补上。"),
    "Not a valid choice.": N_("请从列出的选项里选一个。"),
    "Not a valid choice: could not coerce.": N_("请从列出的选项里选一个。"),
    "Invalid Choice: could not coerce.": N_("请从列出的选项里选一个。"),
    "Invalid choice(s): one or more data inputs could not be coerced.": N_(
        "请从列出的选项里选一个。"
    ),
    "Choices cannot be None.": N_("请从列出的选项里选一个。"),
    "The CSRF token is missing.": N_("页面放得太久了，请再提交一次，您填的内容还在。"),
    "The CSRF session token is missing.": N_("页面放得太久了，请再提交一次，您填的内容还在。"),
    "The CSRF tokens do not match.": N_("页面放得太久了，请再提交一次，您填的内容还在。"),
}
_OTHERWISE = N_("这里填写得不对，请改一下。")


class _OurWords:
    """What WTForms asks for in place of its own translations."""

    def gettext(self, string: str) -> str:
        return str(gettext(_WORDS.get(string, _OTHERWISE)))

    def ngettext(self, singular: str, _plural: str, _number: int) -> str:
        return self.gettext(singular)


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form of ours; a page draws it with `components/forms.html` and `form.hidden_tag()`.

    `status` is what the page is answered with: 200, 422 where a field is wrong, or the status of
    the error that a rule refused with.
    """

    form_errors: list[str]
    _refused_with: int | None = None

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        def get_translations(self, _form: object) -> _OurWords:
            return _OurWords()

    @property
    def status(self) -> int:
        if self._refused_with is not None:
            return self._refused_with
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.errors else HTTPStatus.OK

    def refuse(self, error: MarketError, *, field: str | None = None) -> None:
        """Say on the page why an act was refused: at `field`, else on top."""
        self._refused_with = status_of(error)
        sentence = sentence_of(error)
        named: Field | None = self._fields.get(field or error.facts.get("field"))
        if named is None:
            self.form_errors.append(sentence)
        else:
            named.errors = [*named.errors, sentence]
