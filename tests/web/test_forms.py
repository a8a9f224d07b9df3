"""Forms read what people type, keep it, and say in our words what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from wtforms import Field

from market.domain.errors import Forbidden, Invalid, MarketError, Missing, Refused
from market.domain.money import Money
from market.extensions import reading, unit_of_work
from market.models.people import Community
from market.web import forms
from market.web.access import public
from tests import factories

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


class Price(forms.Form):
    name = forms.TextField("名称", most=5)
    price = forms.MoneyField("价格", least_minor=1)
    count = forms.CountField("数量", optional=True)
    day = forms.DateField("日期", optional=True)
    at = forms.TimeField("时间", optional=True)
    tender = forms.CardsField("收款方式", choices=[("cash", "现金")], optional=True)
    stall = forms.ChoiceField("摊位", choices=[(1, "一号")], coerce=int, optional=True)


GOOD = {"name": "手工皂", "price": "12.50"}


def read(app: Flask, **typed: str) -> Price:
    with app.test_request_context(method="POST", data=typed):
        form = Price(meta={"csrf": False})
        form.validate()
        return form


@pytest.mark.parametrize(
    ("typed", "minor"), [("12.5", 1250), ("￥１，２００。５０", 120050), (" 3 元 ", 300)]
)
def test_money_is_read_as_people_type_it(app: Flask, typed: str, minor: int) -> None:
    assert read(app, **GOOD | {"price": typed}).price.minor == minor


@pytest.mark.parametrize("typed", ["一百", "-1", "0", "1.234", "1e3", "99999999999"])
def test_an_amount_that_is_none_is_kept_as_typed_with_a_sentence(app: Flask, typed: str) -> None:
    form = read(app, **GOOD | {"price": typed})
    assert form.price.errors
    assert f'value="{typed}"' in form.price()
    assert form.status == 422


@pytest.mark.parametrize(
    "typed", ["2026-11-23", "2026/11/23", "２０２６年１１月２３日", "20261123"]
)
def test_a_day_is_read_as_people_write_it(app: Flask, typed: str) -> None:
    assert read(app, **GOOD | {"day": typed}).day.day == date(2026, 11, 23)


@pytest.mark.parametrize("typed", ["2026-02-30", "明天", "1-2-3", "2026-11-23 10:00"])
def test_a_day_that_is_none_can_be_seen_again(app: Flask, typed: str) -> None:
    form = read(app, **GOOD | {"day": typed})
    assert form.day.errors
    assert 'type="text"' in form.day()
    assert typed in form.day()


@pytest.mark.parametrize(
    ("typed", "at"),
    [("9:30", time(9, 30)), ("９：３０", time(9, 30)), ("9点半", time(9, 30)), ("14点", time(14))],
)
def test_a_time_is_read_as_people_write_it(app: Flask, typed: str, at: time) -> None:
    assert read(app, **GOOD | {"at": typed}).at.of_day == at


@pytest.mark.parametrize("typed", ["25:00", "9:61", "早上"])
def test_a_time_that_is_none_gets_a_sentence(app: Flask, typed: str) -> None:
    assert read(app, **GOOD | {"at": typed}).at.errors


def test_text_is_trimmed_and_composed(app: Flask) -> None:
    assert read(app, **GOOD | {"name": "  cafe\u0301 "}).name.text == "café"


@pytest.mark.parametrize("typed", ["", "   ", "一二三四五六", "坏\u0000字"])
def test_text_that_is_none_gets_a_sentence(app: Flask, typed: str) -> None:
    assert read(app, **GOOD | {"name": typed}).name.errors


@pytest.mark.parametrize("field", ["name", "price"])
def test_a_field_left_empty_is_asked_for(app: Flask, field: str) -> None:
    form = read(app, **GOOD | {field: ""})
    assert len(form[field].errors) == 1
    assert list(form.errors) == [field]


def test_fields_that_may_be_left_out_are_none(app: Flask) -> None:
    form = read(app, **GOOD)
    assert form.errors == {}
    assert form.status == 200
    assert (form.count.data, form.day.data, form.at.data) == (None, None, None)


@pytest.mark.parametrize(("field", "typed"), [("tender", "gold"), ("stall", "2"), ("stall", "x")])
def test_what_is_not_among_the_choices_is_refused_in_chinese(
    app: Flask, field: str, typed: str
) -> None:
    assert read(app, **GOOD | {field: typed})[field].errors == ["请从列出的选项里选一个。"]


def test_what_is_known_already_is_written_into_the_form(app: Flask) -> None:
    with app.test_request_context():
        form = Price(data={"price": 1250, "day": date(2026, 11, 23), "at": time(9)})
        assert [_value(form.price), _value(form.day), _value(form.at)] == [
            "12.50",
            "2026-11-23",
            "09:00",
        ]


def _value(field: Field) -> str:
    drawn: str = field()
    return drawn.partition('value="')[2].partition('"')[0]


class TooDear(Refused):
    sentence = "价格不能超过 %(most)s。"


class NotYours(Forbidden):
    sentence = "这件商品不是您的。"


class NotThere(Missing):
    sentence = "没有这件商品。"


@pytest.fixture
def served(app: Flask) -> Callable[[Callable[[Session], object]], FlaskClient]:
    """A client of a page that does what it is given."""

    def serve(act: Callable[[Session], object]) -> FlaskClient:
        @public
        def page() -> tuple[str, int]:
            form = Price(meta={"csrf": False})
            done = forms.acted(form, act, at={TooDear: "price"})
            words = "|".join(["done" if done else "", *form.form_errors, *form.price.errors])
            return f"{words}|{form.price.data}", 201 if done else form.status

        app.config["WTF_CSRF_ENABLED"] = False
        app.add_url_rule("/page", "page", page, methods=["POST"])
        return app.test_client()

    return serve


Serve = Callable[[Callable[[Session], object]], FlaskClient]


def raising(error: Exception) -> Callable[[Session], object]:
    def act(session: Session) -> object:
        factories.make_community(session)
        raise error

    return act


@pytest.mark.own_app
@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (TooDear(most=Money(10_00)), 409, "价格不能超过 ¥10。"),
        (NotYours(), 403, "这件商品不是您的。"),
        (Invalid(), 422, Invalid.sentence),
    ],
)
def test_what_a_rule_refuses_comes_back_on_the_same_page_and_writes_nothing(
    served: Serve, session: Session, error: MarketError, status: int, words: str
) -> None:
    answer = served(raising(error)).post("/page", data=GOOD)
    assert answer.status_code == status
    assert answer.text == f"|{words}|1250"
    assert session.scalar(select(func.count()).select_from(Community)) == 0


@pytest.mark.own_app
def test_what_is_missing_has_no_page_to_come_back_to(served: Serve) -> None:
    def act(_session: Session) -> object:
        raise NotThere

    answer = served(act).post("/page", data=GOOD)
    assert answer.status_code == 404
    assert NotThere.sentence in answer.text


@pytest.mark.own_app
def test_an_act_is_run_and_written_and_its_result_kept(served: Serve, session: Session) -> None:
    answer = served(lambda work: factories.make_community(work).id - 1).post("/page", data=GOOD)
    assert (answer.status_code, answer.text) == (201, "done|1250")
    assert session.scalar(select(func.count()).select_from(Community)) == 1


@pytest.mark.own_app
def test_a_form_that_is_wrong_runs_nothing(served: Serve, session: Session) -> None:
    answer = served(factories.make_community).post("/page", data={"name": "皂"})
    assert answer.status_code == 422
    assert session.scalar(select(func.count()).select_from(Community)) == 0


@pytest.mark.own_app
def test_a_full_disk_keeps_what_was_typed_and_says_that_nothing_was_saved(served: Serve) -> None:
    full = OperationalError("INSERT", {}, Exception("database or disk is full"))
    answer = served(raising(full)).post("/page", data=GOOD)
    assert answer.status_code == 503
    assert "没有保存" in answer.text
    assert answer.text.endswith("|1250")


@pytest.mark.own_app
def test_a_busy_database_is_asked_again(served: Serve, session: Session) -> None:
    tries = []

    def act(work: Session) -> object:
        tries.append(1)
        if len(tries) < 3:
            busy = Exception()
            busy.sqlstate = "40001"  # type: ignore[attr-defined]
            statement = "UPDATE"
            raise OperationalError(statement, {}, busy)
        return factories.make_community(work)

    assert served(act).post("/page", data=GOOD).status_code == 201
    assert session.scalar(select(func.count()).select_from(Community)) == 1


@pytest.mark.own_app
def test_the_page_after_a_refusal_sees_what_is_true_now(app: Flask) -> None:
    communities = select(func.count()).select_from(Community)

    @public
    def page() -> str:
        before = reading().scalar(communities)
        with unit_of_work() as somebody_else:
            factories.make_community(somebody_else)
        form = Price(meta={"csrf": False})
        assert forms.acted(form, raising(NotYours())) is None
        return f"{before} {reading().scalar(communities)}"

    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/page", "page", page, methods=["POST"])
    assert app.test_client().post("/page", data=GOOD).text == "0 1"
