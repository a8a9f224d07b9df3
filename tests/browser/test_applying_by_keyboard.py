"""Asking for support with a keyboard alone: from the card to the appeal, and the desk's yes."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page

from market.actions.people.passwords import hash_password
from market.extensions import unit_of_work
from market.models.people import Person
from tests.browser.conftest import PASSWORD
from tests.browser.test_by_keyboard import Keys, desks, signed_in
from tests.livelihood import PIN
from tests.support import Support, make_support

__all__ = ["desks"]
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def support(app: Flask) -> Support:
    with app.app_context(), unit_of_work() as work:
        made = make_support(work)
        for person in (made.cast.social_worker, made.cast.reviewer):
            work.get_one(Person, person.id).password_hash = hash_password(PASSWORD)
    return made


def test_an_application_is_written_refused_appealed_and_agreed_to_without_a_pointer(
    support: Support, desks: Callable[[], Keys]
) -> None:
    her = desks()
    application = written(her, support)
    desk = application.replace("/mine", f"/desk/{support.community.slug}")
    worker = signed_in(desks(), support.cast.social_worker.username)
    says(worker, desk, "不同意", reason="有人要捐一台")
    her.open(application)
    her.reads("有人要捐一台")
    her.enter("申诉", "link")
    her.write("为什么应该再看一遍", "捐的那台修不好")
    her.enter("交上申诉")

    reviewer = signed_in(desks(), support.cast.reviewer.username)
    reviewer.open(desk)
    pick(reviewer, "再审核一遍")
    reviewer.write("写给申请人的话", "确实修不好")
    reviewer.enter("写下答复")
    says(reviewer, desk, "同意")
    says(worker, desk, "同意")
    her.open(application)
    her.enter("第 1 步做到了", "link")
    her.write("怎么看得出做到了", "样机看过了")
    her.enter("交上去")
    reviewer.open(desk)
    pick(reviewer, "做到了")
    reviewer.enter("记下")
    her.open(application)
    her.reads("¥300 正等两位同事放款")


def written(her: Keys, support: Support) -> str:
    """She comes in by her card, writes the plan and hands it in; gives its address."""
    her.open(f"/mine/card/{support.made.token}")
    her.to(her.page.get_by_label("您的 6 位数字"))
    her.page.keyboard.type(PIN)
    go(her.page)
    her.enter("申请支持", "link")
    her.enter("写一份申请")
    application = urlsplit(her.page.url).path
    her.enter("想做成什么", "link")
    her.write("想做成什么", "让布包养活自己")
    her.enter("记下")
    her.enter("要花哪些钱", "link")
    for name, amount in (("缝纫机", "500"), ("多写的", "1")):
        her.write("买什么、付什么", name)
        her.write("大约多少钱", amount)
        her.enter("加上这一项")
    her.enter("去掉“多写的”")
    her.enter("写完了", "link")
    her.enter("一步一步怎么走", "link")
    her.write("先做到什么", "选好缝纫机")
    her.to(her.page.get_by_label("哪天以前做到"))
    her.page.keyboard.type("01312027")
    # The calendar within the field, whose ring is the browser's own.
    her.page.keyboard.press("Tab")
    her.to(her.page.get_by_role("radio", name="支持款"))
    her.page.keyboard.press("ArrowRight")
    her.write("要多少钱", "300")
    her.enter("加上这一步")
    her.reads("物资")
    her.enter("申请", "link")
    her.enter("看一遍，提交", "link")
    her.enter("提交申请，要 ¥300 的支持")
    her.reads("还在等 2 位同事审核")
    return application


def says(one: Keys, desk: str, word: str, *, reason: str = "") -> None:
    """A reviewer's word, with the declaration that goes with it."""
    one.open(desk)
    pick(one, word)
    if reason:
        one.write("理由", reason)
    one.tick("我和申请人没有亲属或利益关系")
    one.enter("记下我的意见")


def pick(one: Keys, word: str) -> None:
    """Tab comes to the first of a group; arrows go on to the one wanted."""
    group = one.page.get_by_role("radio")
    one.to(group.first)
    wanted = one.page.get_by_role("radio", name=re.compile(rf"^{word}$"))
    one.page.keyboard.press("Space")
    for _ in range(group.count()):
        if wanted.is_checked():
            return
        one.page.keyboard.press("ArrowDown")
    pytest.fail(f"no arrow comes to {word}")


def go(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")
