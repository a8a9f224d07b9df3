"""Numbers that lead to somebody: telephones, identity cards, accounts, dates of birth."""

from __future__ import annotations

import re
from collections.abc import Iterator

from market.domain.proceeds.linter_finding import Finding, Rule
from market.domain.proceeds.linter_reading import Reading

_GAP = r"[\s\-—–.·_*]{0,3}"
_RUN = re.compile(rf"(?<![0-9.])\+?[0-9](?:{_GAP}[0-9]){{6,}}{_GAP}[Xx]?(?![A-Za-z])")
_MOBILE = re.compile(r"(?:0?086)?1[3-9][0-9]{9}")
_ID = re.compile(r"[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]|[1-9][0-9]{14}")
_ACCOUNT = re.compile(
    r"(?:微\s?信|薇信|威信|(?<![a-z])(?:wx|vx|wechat|weixin)|加\s?[vV]|[vV]\s?信|QQ|扣扣|企鹅号|抖音|快手|小红书|钉钉)"
    r"\s?(?:号码|账号|群|号|id)?\s?(?:也?是|为|叫|is)?\s?[:=,]?\s?[A-Za-z0-9][A-Za-z0-9_\-]{4,}",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[A-Za-z0-9][\w.+\-]*\s?@\s?[A-Za-z0-9\-]+(?:\.[A-Za-z]+)*")
_AT = re.compile(r"@[A-Za-z0-9_\u4e00-\u9fff]{2,20}")
_DAY = r"[0-9十廿]{1,3}\s?[日号]?"
_YEAR = r"(?:(?:19|20)[0-9]{2}|[0-9]{2})\s?年"
_BIRTH = (
    re.compile(rf"{_YEAR}\s?[0-9十]{{1,2}}\s?月(?:份)?(?:\s?{_DAY})?(?:\s?(?:出?生|那天|的生日))?"),
    re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}\s?[-./]\s?[0-9]{1,2}\s?[-./]\s?[0-9]{1,2}(?![0-9])"),
    re.compile(
        rf"(?:生日|出生)(?:日期)?(?:就?是|在|于|[:,])?\s?(?:农历|阴历|阳历)?\s?[0-9十腊正冬]{{1,2}}\s?[月.]\s?初?{_DAY}"
    ),
    re.compile(
        rf"(?:农历|阴历|阳历)?[0-9十腊正冬]{{1,2}}月初?{_DAY}(?:就?是)?(?:我|他|她|妹妹|弟弟)?(?:的|过|出)?(?:[0-9]{{1,2}}岁)?(?:的)?生日?"
    ),
    re.compile(r"(?:19|20)[0-9]{2}\s?年\s?(?:出?生)"),
    re.compile(r"(?<![0-9])(?:19|20)(?:0[0-9]|1[0-9]|2[0-6])年的(?:孩子|小孩|娃|宝宝)"),
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_BIRTH_EN = re.compile(
    rf"(?:born|birthday)\b[^.]{{0,20}}?(?:(?:{_MONTHS})\s[0-9]{{1,2}}|[0-9]{{1,2}}\s(?:{_MONTHS})|(?:19|20)[0-9]{{2}}|[0-9]{{1,2}}/[0-9]{{1,2}})"
    rf"(?:\S*\s(?:19|20)[0-9]{{2}})?",
    re.IGNORECASE,
)
_ID_LENGTHS = (15, 18)


def numbers_in(reading: Reading) -> Iterator[Finding]:
    """Whatever stands in figures, in whatever width, gaps or Chinese digits they are written."""
    for pattern in _BIRTH:
        for found in pattern.finditer(reading.digits):
            yield Finding(Rule.BIRTH_DATE, found.start(), found.end())
    for found in _BIRTH_EN.finditer(reading.plain):
        yield Finding(Rule.BIRTH_DATE, found.start(), found.end())
    for found in _RUN.finditer(reading.digits):
        yield Finding(_kind_of(found[0]), found.start(), _end(found))
    for pattern in (_ACCOUNT, _MAIL, _AT):
        for found in pattern.finditer(reading.plain):
            yield Finding(Rule.ACCOUNT, found.start(), found.end())


def _kind_of(run: str) -> Rule:
    figures = re.sub(r"[^0-9Xx]", "", run)
    if _MOBILE.fullmatch(figures):
        return Rule.PHONE
    if _ID.fullmatch(figures) or len(figures) in _ID_LENGTHS:
        return Rule.ID_NUMBER
    return Rule.PHONE


def _end(found: re.Match[str]) -> int:
    """Without the gap behind the last figure."""
    return found.start() + len(found[0].rstrip(" -—–.·_*"))
