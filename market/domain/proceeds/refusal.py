"""Kinds of wishes that a community does not take, each with its reason and a way to mend it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from market.domain.errors import N_, Invalid
from market.domain.text import clean_text

MOST_NAME = 20
MOST_WORDS = 300
MOST_SENTENCE = 120


class KindRefused(Invalid):
    """A wish of a kind that is not taken here."""

    sentence = N_("“%(found)s”属于“%(name)s”，这里不收。%(why)s%(mend)s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One kind. A text that holds one of `words` is of it, but not if it holds one of `unless` too.

    `name`, `why` and `mend` of the kinds everybody begins with are msgids.
    """

    key: str
    name: str
    words: tuple[str, ...]
    unless: tuple[str, ...] = ()
    why: str
    mend: str

    def found_in(self, text: str) -> str:
        """The word by which a text is of this kind, '' if it is not."""
        plain = _plain(text)
        if any(word in plain for word in map(_plain, self.unless)):
            return ""
        return next((word for word in self.words if _plain(word) in plain), "")


BEGINNING = (
    Refusal(
        key="money",
        name=N_("现金和红包"),
        words=("现金", "红包", "压岁钱", "零花钱", "生活费", "借钱", "还钱"),
        unless=("存钱罐", "红包封", "绘本"),
        why=N_("心愿不发钱，钱到了谁手里说不清楚。"),
        mend=N_("请写要买的那样东西，由社工买好送到。"),
    ),
    Refusal(
        key="vouchers",
        name=N_("充值和购物卡"),
        words=("充值", "话费", "购物卡", "礼品卡", "代金券", "游戏币"),
        why=N_("这等于发钱，也看不到花在哪里。"),
        mend=N_("请写要买的那样东西，由社工买好送到。"),
    ),
    Refusal(
        key="medical",
        name=N_("看病吃药"),
        words=("看病", "治病", "手术", "住院", "药费", "医药费", "医疗费", "买药", "保健品"),
        unless=("玩具", "绘本"),
        why=N_("看病吃药要靠医院和救助，一场市集担不起。"),
        mend=N_("请社工另外联系救助；这里换一个别的心愿。"),
    ),
    Refusal(
        key="animals",
        name=N_("活的动物"),
        words=("宠物", "小狗", "小猫", "小兔", "兔子", "仓鼠", "金鱼", "乌龟", "鹦鹉"),
        unless=("书", "绘本", "故事", "玩偶", "毛绒", "玩具", "模型", "画", "贴纸", "看", "包"),
        why=N_("活的动物要有人长年照看，送到了也退不回来。"),
        mend=N_("可以改成讲动物的书、毛绒玩偶，或者去看一次动物。"),
    ),
    Refusal(
        key="devices",
        name=N_("手机和平板"),
        words=("手机", "平板电脑", "平板", "iPhone", "iPad", "笔记本电脑", "游戏机"),
        unless=("手机壳", "支架", "模型", "玩具", "平板支撑"),
        why=N_("价钱高，牌子容易攀比，还关系到上网和管教。"),
        mend=N_("可以改成书、点读笔，或者一次上机体验。"),
    ),
    Refusal(
        key="danger",
        name=N_("容易伤人的东西"),
        words=("水果刀", "匕首", "气枪", "弹弓", "烟花", "鞭炮", "电动车", "摩托车"),
        unless=("书", "绘本", "看烟花", "模型"),
        why=N_("孩子用容易伤到自己和别人。"),
        mend=N_("请换一样大人不在旁边也放心的。"),
    ),
)
"""What every community begins with; it may change each of them, leave it out, and add its own."""


def check_kinds(texts: Mapping[str, str], refusals: Iterable[Refusal]) -> None:
    """Require that no text (by its field) is of a kind that is not taken. Raises KindRefused."""
    for refusal in refusals:
        for field, text in texts.items():
            found = refusal.found_in(text)
            if found:
                facts = {"name": refusal.name, "why": refusal.why, "mend": refusal.mend}
                raise KindRefused(field=field, found=found, **facts)


def read_words(text: str) -> tuple[str, ...]:
    """Words as people list them, with blanks, commas or 、 between; each once.

    Raises TextTooLong, TextUnreadable.
    """
    clean = clean_text(text, most=MOST_WORDS, least=0)
    for sign in "、，,；;":
        clean = clean.replace(sign, " ")
    return tuple(dict.fromkeys(clean.split()))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
