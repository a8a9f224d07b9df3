"""The forms of signing in, joining, one's own account, other people's roles, and settings."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import ValidationError

from market.actions.people.account import MOST_NAME
from market.actions.people.communities import MOST_COMMUNITY_NAME
from market.actions.people.settings import MOST_CONTACT
from market.domain.errors import Invalid
from market.domain.people import MOST_USERNAME, Role, check_password
from market.web.errors import sentence_of
from market.web.forms import (
    CardsField,
    Form,
    MoneyField,
    PasswordField,
    TextField,
    TickField,
    TicksField,
)

_NEW = {"autocomplete": "new-password", "autocapitalize": "none"}
_CURRENT = {"autocomplete": "current-password", "autocapitalize": "none"}
_USERNAME = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
_NAME = {"autocomplete": "name"}


class SignInForm(Form):
    username = TextField(lazy_gettext("用户名"), most=MOST_USERNAME, render_kw=_USERNAME)
    password = PasswordField(lazy_gettext("密码"), render_kw=_CURRENT)


class NewPasswordForm(Form):
    """A new password for `username`, which it may not contain."""

    new_password = PasswordField(lazy_gettext("新密码"), render_kw=_NEW)
    username_said = ""

    def validate_new_password(self, field: PasswordField) -> None:
        try:
            check_password(field.data, username=self.username_said)
        except Invalid as error:
            raise ValidationError(sentence_of(error)) from error


class JoinForm(NewPasswordForm):
    name = TextField(lazy_gettext("您的称呼"), most=MOST_NAME, render_kw=_NAME)
    username = TextField(lazy_gettext("用户名"), most=MOST_USERNAME, render_kw=_USERNAME)
    new_password = PasswordField(lazy_gettext("密码"), render_kw=_NEW)

    def validate_new_password(self, field: PasswordField) -> None:
        self.username_said = self.username.text
        super().validate_new_password(field)


class ChangePasswordForm(NewPasswordForm):
    password = PasswordField(lazy_gettext("现在的密码"), render_kw=_CURRENT)
    new_password = PasswordField(lazy_gettext("新密码"), render_kw=_NEW)


class NameForm(Form):
    name = TextField(lazy_gettext("称呼"), most=MOST_NAME, render_kw=_NAME)


class LanguageForm(Form):
    locale = CardsField(lazy_gettext("页面语言"), choices=[("zh_CN", "中文"), ("en", "English")])


class InvitationForm(Form):
    roles = TicksField(lazy_gettext("这个人来做什么"))

    @property
    def chosen(self) -> list[Role]:
        return [Role(value) for value in self.roles.data or ()]


class GrantForm(Form):
    role = CardsField(lazy_gettext("添加角色"))


class ClosureForm(Form):
    sure = TickField(lazy_gettext("我确认：这个人以后不能再登录"))


class SettingsForm(Form):
    name = TextField(lazy_gettext("社区名称"), most=MOST_COMMUNITY_NAME)
    contact = TextField(lazy_gettext("联系方式"), most=MOST_CONTACT, least=0, optional=True)
    small_refund = MoneyField(lazy_gettext("小额退款"))
    variance_reason = MoneyField(lazy_gettext("要写原因的差额"))
    wish_ceiling = MoneyField(lazy_gettext("心愿最高金额"))
    second_factor = TickField(
        lazy_gettext("大额付款和改角色以前，要本人的验证码（手机验证器或口令卡）")
    )


class FactorBeginForm(Form):
    password = PasswordField(lazy_gettext("现在的密码"), render_kw=_CURRENT)
