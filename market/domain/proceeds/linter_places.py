"""Where somebody lives and learns: schools, classes, compounds, villages, doors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from market.domain.proceeds.linter_finding import Finding, Rule
from market.domain.proceeds.linter_place_words import (
    COMPOUND_ENDS,
    LOOSE_COMPOUND_ENDS,
    LOOSE_NAMES,
    NO_COMPOUND,
    NO_SCHOOL,
    NO_VILLAGE,
    SCHOOL_ENDS,
    SHORT_SCHOOLS,
    STOPS,
    VILLAGE_ENDS,
)
from market.domain.proceeds.linter_reading import Reading

_HAN = r"\u4e00-\u9fff"
_NUMBER = "[0-9〇零一二三四五六七八九十百]{1,5}"
_DOOR = "[0-9〇零一二三四五六七八九十百甲乙丙丁A-Ea-e]{1,5}"
_FEW = "[0-9一二三四五六七八九十]{1,3}"
_LONGEST_NAME = 8
_SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class _Named:
    """Places whose name stands before what they are: 琅琊路·小学."""

    rule: Rule
    ends: re.Pattern[str]
    generic: frozenset[str]


def _ends(words: frozenset[str], but_not: str) -> re.Pattern[str]:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(f"(?:{'|'.join(longest_first)})(?!{but_not})")


_NAMED = (
    _Named(
        Rule.SCHOOL, _ends(SCHOOL_ENDS, "生|时|老师|教材|课本|语文|数学|英语|组|作文|必"), NO_SCHOOL
    ),
    _Named(Rule.COMPOUND, _ends(COMPOUND_ENDS, "游|鲁|论|的梦"), NO_COMPOUND),
    _Named(Rule.COMPOUND, _ends(LOOSE_COMPOUND_ENDS, "游|洋房|饼|鳗|鞋"), LOOSE_NAMES),
    _Named(Rule.VILLAGE, _ends(VILLAGE_ENDS, "里的?风|上春|超|庄|口的"), NO_VILLAGE),
)
_CLASS = re.compile(
    rf"(?:[一二三四五六七八九1-9]\s?年级|[初高][一二三1-3]|[1-9]\s?年)\s?\(?\s?{_FEW}\s?\)?\s?班(?!车)"
    rf"|(?:[初高小][一二三四五六])\s?\(\s?{_FEW}\s?\)"
    rf"|[大中小托]\(?[一二三四五六1-9]\)?班"
    rf"|(?:我在|我们|我是|来自|就读于?|读|升到?|进了?){_FEW}班(?!车|次|地)|\({_FEW}\)\s?班"
    rf"|(?<![0-9])[1-9][0-9]{{2}}班(?!车)"
)
_SHORT_SCHOOL = re.compile(
    rf"(?:南京|金陵|江宁|浦口|六合|溧水|高淳|栖霞|雨花|鼓楼|秦淮|建邺|玄武|第)(?:{_FEW}|附|实)[中小](?!时|学|午|间|国)"
    rf"|[{_HAN}]{{2}}[一二三四五]小(?=[的上读里要]|同学|门口|[,，。]|$)|(?<![0-9第]){_NUMBER}中(?=的|学生|初|高|读|上学|校|门|附近|对面|旁|$|,|，|。)|{'|'.join(SHORT_SCHOOLS)}"
)
_ROAD = "(?:路|街|巷|大道|弄|里|营|桥|坊)"
_ADDRESS = (
    re.compile(
        rf"{_DOOR}\s?(?:幢|栋|号楼|单元|号院|弄)(?:\s?{_DOOR}\s?(?:幢|栋|号楼|单元|室|号|楼|层|门))*(?:\s?[0-9]{{3,4}})?"
    ),
    re.compile(
        rf"[{_HAN}]{{1,6}}{_ROAD}\s?{_NUMBER}(?:-[0-9]+)?\s?号(?!线|公交|车)(?:\s?之?[0-9-]+)?"
    ),
    re.compile(r"(?<![0-9])[0-9]{3,4}\s?(?:室|房(?!间))"),
    re.compile(rf"(?<![{_HAN}])[零一二三四五六七八九]{{3,4}}室"),
    re.compile(r"(?<![0-9.\-])[0-9]{1,3}\s?-\s?(?:[0-9]{1,2}\s?-\s?)?[0-9]{3,4}(?![0-9年元块])"),
    re.compile(rf"(?:住在?|家在?|搬到)[{_HAN}]{{0,8}}?{_FEW}\s?[楼层](?:[东西中]户)?"),
    re.compile(
        rf"(?:住在|家住|家在|我住|搬到了?|住)(?!学校|老家|外婆|奶奶|爷爷|城里|农村|乡下|一起|医院|同一|附近|这|那|的|校|宿舍|在一)"
        rf"[{_HAN}]{{1,8}}?(?:路|街|巷|大道|桥|镇|乡|街道|门|营|圩|岗|湾|洲|坊|市场|菜场|地铁站)(?=$|[^{_HAN}]|上|旁|附近|对面|那|边|的|口|里|东|西|南|北)"
    ),
    re.compile(r"(?:地址|住址|寄到|收件地?址?|快递(?:到|地址))(?:是|为|在|:)?\s?[^,，。!?]{4,30}"),
    re.compile(
        rf"[{_HAN}]{{2,8}}?(?:菜场|超市|地铁站|公交站|加油站|医院|银行|药店|饭店|市场|广场|商场)(?:楼上|对面|隔壁|旁边|后面|后门|边上)(?:就?是我家|那家|第?{_FEW}家|{_FEW}楼|的?(?:那栋|小区|巷子))"
    ),
    re.compile(
        rf"(?:鼓楼|秦淮|建邺|玄武|雨花台?|栖霞|浦口|江宁|六合|溧水|高淳)区[{_HAN}]{{2,6}}(?:街道|社区|镇)"
    ),
    re.compile(rf"[{_HAN}]{{2,4}}(?:镇|乡|街道|社区)[{_HAN}0-9]{{1,5}}(?:村|组|队|庄|圩)"),
)


def places_in(reading: Reading) -> Iterator[Finding]:
    """Doors, schools, classes, compounds, villages."""
    text = reading.masked
    found = [(Rule.ADDRESS, one) for pattern in _ADDRESS for one in pattern.finditer(text)]
    found += [(Rule.CLASS, one) for one in _CLASS.finditer(text)]
    found += [(Rule.SCHOOL, one) for one in _SHORT_SCHOOL.finditer(text)]
    for rule, one in found:
        yield Finding(rule, one.start(), one.end())
    for kind in _NAMED:
        for end in kind.ends.finditer(text):
            start = _name_begins(text, end.start())
            name = text[start : end.start()]
            if not _is_generic(name, end[0], kind.generic):
                yield Finding(kind.rule, start, end.end())


def _name_begins(text: str, at: int) -> int:
    """Where the name before `at` begins: behind a mark, or behind a word no name is made of."""
    start = at
    while start > max(0, at - _LONGEST_NAME) and re.match(rf"[{_HAN}0-9]", text[start - 1]):
        start -= 1
    for cut in range(at, start, -1):
        for length in (3, 2, 1):
            if cut - length >= start and text[cut - length : cut] in STOPS:
                return cut
    return start


def _is_generic(name: str, end: str, generic: frozenset[str]) -> bool:
    """Whether nothing is left to tell it by once what any of them is called is taken away."""
    if len(name) < _SHORTEST_NAME or name in generic or name + end in generic:
        return True
    tail = next((word for word in generic if len(word) > 1 and name.endswith(word)), "")
    return bool(tail) and _is_generic(name.removesuffix(tail), end, generic)
