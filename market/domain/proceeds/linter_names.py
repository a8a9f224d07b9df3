"""Chinese names: with a surname, as pet names, behind a cue, before a kinsman; and known adults."""

from __future__ import annotations

import re
from collections.abc import Iterator

from market.domain.proceeds.linter_finding import Finding, Rule
from market.domain.proceeds.linter_reading import MASK, Reading
from market.domain.proceeds.linter_words import (
    CERTAIN_GIVEN,
    COMPOUND_SURNAMES,
    GIVEN,
    GIVEN_FIRST_ONLY,
    LIKE_WORDS,
    NICKNAMES,
    NOT_AFTER_LITTLE,
    NOT_NAMES,
    RARELY_SURNAMES,
    SURNAMES,
    TWICE_WORDS,
)

_HAN = r"\u4e00-\u9fff"
_LAST = f"[{''.join(sorted(GIVEN))}]"
_TWO = f"[{''.join(sorted(GIVEN | GIVEN_FIRST_ONLY))}]{_LAST}"
_LONG_SURNAME = "|".join(COMPOUND_SURNAMES)
_ANY_SURNAME = f"(?:{_LONG_SURNAME}|[{''.join(sorted(SURNAMES))}])"
_SURNAME = f"(?:{_LONG_SURNAME}|[{''.join(sorted(SURNAMES - RARELY_SURNAMES))}])"
_PET = "|".join(sorted(NICKNAMES, key=len, reverse=True))
_SURELY_PET = "|".join(sorted(NICKNAMES - LIKE_WORDS, key=len, reverse=True))
_SIGNS = rf"\s,.，。！？!?、；;：:“”\"'（()）{MASK}"
_BEGIN = rf"(?:^|(?<=[{_SIGNS}]))"
_STOP = rf"(?=$|[{_SIGNS}]|今年|想|希望|是|在|喜欢|和|的|说|最|也|要|很|一起|爱|有|每|从|得|患)"

_TWICE = rf"(?P<sign>(?![{TWICE_WORDS}])[{_HAN}])(?P=sign)"

_KIN = (
    "(?:他|她|我|你)?的?(?:妈妈|爸爸|奶奶|爷爷|外婆|外公|姥姥|姥爷|家长|妈|爸)"
    "|(?:小朋友|同学|小同学|宝宝|弟弟|妹妹|哥哥|姐姐)(?!们)|一家(?!人)|家里"
)
_VERB = (
    "想|希望|喜欢|需要|盼|梦想|最|说|今年|是我|是个|特别|要|也|一直|从小|有|没|在|和我|和妹|跟我|爱|患|得了|住|上学"
    "|的(?:心愿|愿望|梦想|妈|爸|爷|奶|生日|书包|鞋|作业|成绩)"
)
_KINSMAN = (
    "妹妹|弟弟|姐姐|哥哥|表[妹弟姐哥]|堂[妹弟姐哥]|同桌|同学|好?朋友|孙女|孙子|女儿|儿子|外孙|妈妈|爸爸|爷爷|奶奶|外婆|外公"
    "|老师|校长|社工|邻居|我是|班长|教练|本人|孩子是|就是|小朋友|队友|室友|学生|孩子|宝贝|娃娃|外甥女?|侄女|侄子|闺女"
)
_OWN = "[一另]个|一位|我|孩子|他|她|[妹弟姐哥]{2}|同桌|朋友|好友|孙女|孙子|女儿|儿子|表[妹弟姐哥]|堂[妹弟姐哥]|宝宝|娃|人家"
_NAME_WORD = "名字|姓名|大名|小名|乳名|昵称|外号|网名|学名|本名"
_CALLED = re.compile(
    rf"(?:(?:{_OWN})(?:的)?(?:{_NAME_WORD})?就?叫做?"
    rf"|(?:{_NAME_WORD})(?:就?是|叫做?|为|[：:])|姓名|(?:大家|都|人)叫(?:我|他|她)|我姓)\s?[“\"]?"
    "(?!做|作|上|[他她它我你]|大家|了|不|妈|爸|着|得|一声|什么|自己|来|去|人|好|早|醒|苦|卖|老师|社工|志愿|写|印|刻|和|贴|的|牌|叫)"
    rf"(?P<name>[{_HAN}·A-Za-z]{{1,6}}?)[”\"]?{_STOP}"
)
_LITTLE_SIGN = "|".join(
    f"{sign}(?![{NOT_AFTER_LITTLE[sign]}])" if NOT_AFTER_LITTLE.get(sign) else sign
    for sign in CERTAIN_GIVEN
)
_LITTLE_SURNAME = "[张刘陈赵吴徐郑朱郭梁谢唐邓]|王(?!子|国|后|冠)|李(?!子)|周(?!末|围|边)|杨(?!树|桃|梅)|孙(?!子|女|悟)|胡(?!萝|同|子|须)|何(?!况)"

_NAMES = (
    re.compile(rf"(?<![一两三四五六七八九十几每这那半整各]){_SURNAME}{_TWO}"),
    re.compile(rf"{_BEGIN}{_ANY_SURNAME}{_TWO}(?={_VERB}|{_KIN}|[{_SIGNS}])"),
    re.compile(rf"(?<![{_HAN}]){_SURNAME}{_LAST}(?={_VERB})"),
    re.compile(rf"(?<![一两三四五六七八九十几每这那半整各]){_SURNAME}{_LAST}(?={_KIN})"),
    re.compile(rf"(?:{_KINSMAN})(?P<name>{_SURNAME}{_LAST}){_STOP}"),
    re.compile(rf"(?:{_KINSMAN})(?P<name>{_ANY_SURNAME}{_TWO}){_STOP}"),
    re.compile(rf"(?<![小老])(?P<name>{_PET}|{_TWO})(?:{_KIN})"),
    re.compile(rf"(?:{_KINSMAN}|[给帮替陪和跟带让])(?P<name>{_SURELY_PET})(?![地声])"),
    re.compile(rf"{_BEGIN}(?P<name>{_SURELY_PET})(?={_VERB}|和)"),
    re.compile(
        rf"{_BEGIN}(?P<name>{_PET})(?=[和跟、](?P<sign>[{_HAN}])(?P=sign)|[和跟、](?:{_PET}|{_TWO})|想[要学去看有买]|特别|今年)"
    ),
    re.compile(rf"(?:{_LONG_SURNAME})[{''.join(sorted(GIVEN))}]"),
    re.compile(rf"{_BEGIN}(?P<name>{_TWICE})(?=想|希望|喜欢|今年|最|一直|特别|还?没有|和)"),
    re.compile(
        rf"(?:{_KINSMAN}|家的?)(?P<name>{_TWICE})(?=想|希望|喜欢|今年|一起|和|[{_SIGNS}]|$)"
    ),
    re.compile(rf"我是(?P<name>小[{_HAN}])(?=[{_SIGNS}]|$)"),
    re.compile(
        rf"(?:闺女|女儿|儿子|宝贝|弟弟|妹妹)(?P<name>{_ANY_SURNAME}{_LAST})(?=想|今年|喜欢|要)"
    ),
    re.compile(
        rf"(?:(?<![{_HAN}])[小阿]|(?<=[和给跟是叫帮替陪像让，的上下家贝爱])[小阿])(?:{_LITTLE_SIGN})"
    ),
    re.compile(rf"[小阿](?:{_LITTLE_SIGN})(?={_VERB}|{_KIN})"),
    re.compile(rf"小(?:{_LITTLE_SURNAME})(?={_KIN}|{_VERB})"),
)
_PERHAPS = (
    re.compile(rf"(?P<name>{_SURNAME}某某?|{_SURNAME}同学)"),
    re.compile(rf"(?<=[和给跟帮替陪像让]){_SURNAME}{_LAST}(?=一起|一样|送|买|过|去|看|玩|写|说)"),
)
_ADULT = re.compile(
    rf"(?P<name>{_SURNAME}(?:{_LAST}{{1,2}})?(?:老师|校长|园长|主任|医生|大夫|护士|社工|奶奶|爷爷|阿姨|叔叔"
    "|伯伯|大妈|大爷|大叔|婆婆|师傅|教练|书记|警官|站长|大姐|大哥|姐姐|哥哥))"
)
_BEFORE_ADULT = frozenset(
    "读看听学教和给跟是找帮想请让向陪叫的望盼去来同谢见为替有由等如约带问送，。、！；(（■ 像对,"
)


def names_in(reading: Reading) -> Iterator[Finding]:
    """Names of people, whole words, from the sign they begin with."""
    for found in _CALLED.finditer(reading.untitled):
        yield Finding(Rule.NAME, *found.span("name"))
    for rule, patterns in ((Rule.NAME, _NAMES), (Rule.PERHAPS_NAME, _PERHAPS)):
        for pattern in patterns:
            for found in _all(pattern, reading.masked):
                start, end = _span(found)
                if not _is_word(reading.masked, start, end):
                    yield Finding(rule, start, end)
    for found in _ADULT.finditer(reading.masked):
        start, end = found.span("name")
        before = reading.masked[start - 1] if start else " "
        if before in _BEFORE_ADULT and not _is_word(reading.masked, start, start + 2):
            yield Finding(Rule.KNOWN_ADULT, start, end)


def _all(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Every match, one sign further each time: a word may hide the name that follows in it."""
    at = 0
    while found := pattern.search(text, at):
        yield found
        at = found.start() + 1


def _span(found: re.Match[str]) -> tuple[int, int]:
    return found.span("name") if "name" in found.re.groupindex else found.span()


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether what looks like a name is a word, or the second half of one."""
    name = text[start:end]
    if not NOT_NAMES.isdisjoint({name, name[:2], name[1:]}):
        return True
    around = (text[max(0, start - 1) : start + 1], text[end - 1 : end + 1])
    return any(word in NOT_NAMES for word in around)
