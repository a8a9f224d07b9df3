"""Names, schools, doors and lives told in English or in pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterator

from market.domain.proceeds.linter_finding import Finding, Rule
from market.domain.proceeds.linter_reading import MASK, Reading

_SURNAMES = (
    "Wang|Li|Zhang|Liu|Chen|Yang|Zhao|Huang|Zhou|Wu|Xu|Sun|Hu|Zhu|Gao|Lin|He|Guo|Ma|Luo|Liang|Song|Zheng|Xie|Han|Tang|Feng|Yu|Dong|Xiao"
    "|Cheng|Cao|Yuan|Deng|Fu|Shen|Zeng|Peng|Lu|Lü|Su|Jiang|Cai|Jia|Ding|Wei|Xue|Ye|Yan|Pan|Du|Dai|Xia|Zhong|Tian|Ren|Fan|Fang|Shi|Yao"
    "|Tan|Liao|Zou|Xiong|Jin|Hao|Kong|Bai|Cui|Kang|Qiu|Qin|Gu|Hou|Shao|Meng|Long|Wan|Duan|Qian|Yin|Yi|Qiao|He|Lai|Gong|Pang|Lan|Ouyang|Sima"
)
_SYLLABLE = "(?:[bpmfdtnlgkhjqxzcsryw]|zh|ch|sh)?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ue|ui|uo|üe|er|a|o|e|i|u|ü)"
_GIVEN = rf"(?:{_SYLLABLE}){{1,2}}"
_CAPITAL_GIVEN = rf"(?=[A-Z])(?i:{_GIVEN})"
_PLACES = "(?!jing|hai|shan|hu|Province|City|Museum|Road|Street|Lake|River|University|Zoo|Park|Opera|Temple|Gate|Library)"
_CALLED = re.compile(
    r"(?i:\b(?:my name is|my name's|i am called|i'm called|named|name:|call me|nicknamed|signed,?|called))\s(?P<name>[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)"
    r"|^(?:I am|I'm|Hi,? I'm|Hello,? I am)\s(?P<name2>[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)"
)
_PINYIN = (
    re.compile(rf"\b(?:{_SURNAMES})\s{_CAPITAL_GIVEN}(?:[\s-]{_GIVEN})?(?:'s)?\b"),
    re.compile(rf"\b{_CAPITAL_GIVEN}\s(?:{_SURNAMES})\b"),
    re.compile(
        rf"\b(?:Xiao|Little|Ah)[\s-]?{_CAPITAL_GIVEN}\b|\bXiao(?:ming|hong|gang|hua|fang|li|jun|wei|mei|yu|long|bao|qiang)\b"
    ),
)
_RELATION = "mother|mum|mom|dad|father|grandma|grandmother|grandpa|grandfather|sister|brother|teacher|friend|classmate|cousin|deskmate|aunt|uncle"
_RELATED = re.compile(
    rf"(?i:\b(?:{_RELATION}))\s?,?\s(?P<name>[A-Z][a-z]+)\b|\b(?P<name2>[A-Z][a-z]+)'s\s(?i:(?:{_RELATION}))\b"
)
_ADULT = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Teacher|Auntie|Aunt|Uncle|Grandma|Granny|Grandpa|Doctor|Dr|Coach|Principal)\.?\s[A-Z][a-z]+\b"
)
_SCHOOL = re.compile(
    r"\b(?:[A-Z][\w.']*\s|No\.\s?\d+\s){1,5}(?:(?:Primary|Elementary|Middle|High|Secondary|Experimental|International|Special|Foreign)\s){0,2}(?:School|Kindergarten|Nursery)\b"
    r"|\bNo\.\s?[0-9]+\s(?:Primary|Middle|High)(?:\sSchool)?"
)
_CLASS = re.compile(
    r"\b(?:Grade|Year|Class)\s?(?:[0-9]+|One|Two|Three|Four|Five|Six|Seven|Eight|Nine),?\s(?:Class|Grade)\s?(?:[0-9]+|One|Two|Three|Four|Five|Six)\b|\bClass\s[0-9]+\s?\([0-9]+\)|\bClass\s[0-9]\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(?:Room|Unit|Building|Block|Apartment|Apt\.?|Flat|Floor)\s?#?[0-9]+[A-Z]?\b|\bNo\.?\s?[0-9]+,?\s[A-Z][\w ]{2,25}(?:Road|Street|Lane|Avenue|Alley|Rd|St)\b"
    r"|\b[0-9]+\s(?:[A-Z][a-z]+\s){1,3}(?:Road|Street|Lane|Avenue|Alley)\b|\blive\s(?:on|in|at|near)\s(?:[A-Z][a-z]+\s){1,3}(?:Road|Street|Lane|Village|Town|Garden|Gardens|Estate|Community|Compound)\b",
)
_COMPOUND = re.compile(
    r"\b(?:[A-Z][a-z]+\s){1,3}(?:Garden|Gardens|Estate|Compound|Residential|Apartments|Village|New Village)\b"
)
_AGE = re.compile(
    r"\b(?:I am|I'm|aged?|turned|is|turning)\s(?:[0-9]{1,2}|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen)(?:\syears?\sold)?\b(?!\s?(?:%|cm|kg|yuan|metres|meters|-))"
    r"|\b(?:[0-9]{1,2}|five|six|seven|eight|nine|ten|eleven|twelve|thirteen)[\s-]years?[\s-]old\b",
    re.IGNORECASE,
)
_NO_NAMES = frozenset(
    [
        "I",
        "My",
        "The",
        "This",
        "That",
        "We",
        "Our",
        "Mum",
        "Mom",
        "Dad",
        "Grandma",
        "Grandpa",
        "Monday",
        "Saturday",
        "Sunday",
        "Chinese",
        "English",
        "Christmas",
        "Spring",
        "China",
        "Nanjing",
        "Beijing",
        "Shanghai",
        "Happy",
        "So",
        "Very",
        "Not",
        "Sure",
        "In",
        "Really",
        "Just",
        "Still",
        "Also",
        "Glad",
        "Writing",
        "Good",
        "From",
        "Hoping",
    ]
)


def latin_in(reading: Reading) -> Iterator[Finding]:
    """Findings in Latin letters; famous names are masked already."""
    if not re.search("[A-Za-z]{2}", reading.plain):
        return
    text = reading.masked
    yield from _named(text)
    for pattern in _PINYIN:
        for found in pattern.finditer(text):
            if MASK not in found[0] and not _is_place(found[0]):
                yield Finding(Rule.NAME, *found.span())
    for rule, pattern in _OTHERS:
        for found in pattern.finditer(text):
            if not _is_place(found[0]):
                yield Finding(rule, *found.span())


def _named(text: str) -> Iterator[Finding]:
    """Names that a word beside them says are names."""
    for pattern in (_CALLED, _RELATED):
        for found in pattern.finditer(text):
            group = "name" if found["name"] else "name2"
            if found[group] and found[group].split()[0] not in _NO_NAMES:
                yield Finding(Rule.NAME, *found.span(group))


_OTHERS = (
    (Rule.KNOWN_ADULT, _ADULT),
    (Rule.SCHOOL, _SCHOOL),
    (Rule.CLASS, _CLASS),
    (Rule.ADDRESS, _ADDRESS),
    (Rule.COMPOUND, _COMPOUND),
    (Rule.AGE, _AGE),
)
_SIGHTS = re.compile(
    r"Nanjing|Beijing|Shanghai|Suzhou|Hangzhou|Yangzhou|Jiangsu|Zhongshan|Botanical|Secret Garden|Zoological|Olympic|Temple|Confucius|Xuanwu|Mochou|Ming Palace|Hong Shan|Xinjie|Lu Xun|Holiday|Water Village|Global Village"
)


def _is_place(found: str) -> bool:
    """A town or a sight, which everybody may go to see."""
    return _SIGHTS.search(found) is not None and not re.search("School|Kindergarten|Room|No", found)
