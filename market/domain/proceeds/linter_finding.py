"""A finding: which rule, where, what was found, and how to mend it in a social worker's words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from market.domain.errors import N_


class Rule(StrEnum):
    """What a text for everybody should not hold."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    ACCOUNT = "account"
    ADDRESS = "address"
    NAME = "name"
    SCHOOL = "school"
    CLASS = "class"
    COMPOUND = "compound"
    VILLAGE = "village"
    BIRTH_DATE = "birth_date"
    PERHAPS_NAME = "perhaps_name"
    KNOWN_ADULT = "known_adult"
    AGE = "age"
    ILLNESS = "illness"
    HARDSHIP = "hardship"
    RARE = "rare"

    @property
    def label(self) -> str:
        """The Chinese name of what was found, for translation."""
        return _LABELS[self]

    @property
    def mend(self) -> str:
        """How to mend it, one Chinese sentence for translation."""
        return _MEND[self]


HARD = frozenset(
    {
        Rule.PHONE,
        Rule.ID_NUMBER,
        Rule.ACCOUNT,
        Rule.ADDRESS,
        Rule.NAME,
        Rule.SCHOOL,
        Rule.CLASS,
        Rule.COMPOUND,
        Rule.VILLAGE,
        Rule.BIRTH_DATE,
    }
)
"""Rules no reason stands against: each alone leads to a door."""

_LABELS = {
    Rule.PHONE: N_("电话号码"),
    Rule.ID_NUMBER: N_("证件号"),
    Rule.ACCOUNT: N_("微信、QQ 或邮箱"),
    Rule.ADDRESS: N_("门牌地址"),
    Rule.NAME: N_("人名"),
    Rule.SCHOOL: N_("学校或幼儿园"),
    Rule.CLASS: N_("班级"),
    Rule.COMPOUND: N_("小区"),
    Rule.VILLAGE: N_("村名"),
    Rule.BIRTH_DATE: N_("出生日期"),
    Rule.PERHAPS_NAME: N_("像是人名"),
    Rule.KNOWN_ADULT: N_("身边大人的姓"),
    Rule.AGE: N_("岁数"),
    Rule.ILLNESS: N_("病情"),
    Rule.HARDSHIP: N_("家里的难处"),
    Rule.RARE: N_("凑在一起少见的情况"),
}
_MEND = {
    Rule.PHONE: N_("请删掉电话。要联系的人，写在纸质档案里。"),
    Rule.ID_NUMBER: N_("请删掉这串号码。公开的话里用不着证件号、学籍号。"),
    Rule.ACCOUNT: N_("请删掉微信、QQ、邮箱这些账号。想帮忙的人来市集就能找到我们。"),
    Rule.ADDRESS: N_("请删掉门牌、楼栋、房号。东西由社工送到，不用写住在哪里。"),
    Rule.NAME: N_("请把名字、小名改成“我”，或者“妹妹”“同学”这样的称呼。"),
    Rule.SCHOOL: N_("请把校名、园名改成“学校”“幼儿园”。"),
    Rule.CLASS: N_("请删掉班级。说“班里”“同学们”就够了。"),
    Rule.COMPOUND: N_("请把小区名改成“小区里”“家附近”。"),
    Rule.VILLAGE: N_("请把村名改成“老家”。"),
    Rule.BIRTH_DATE: N_("请删掉出生日期、生日是哪一天。说“生日那天”就够了。"),
    Rule.PERHAPS_NAME: N_(
        "如果是真人的名字，请改成“我”“同学”这样的称呼；是书里或电视里的，请加上书名号，或者写明理由。"
    ),
    Rule.KNOWN_ADULT: N_("带着姓的称呼，街坊一看就知道是谁。请改成“老师”“奶奶”“社工”。"),
    Rule.AGE: N_("请删掉岁数。够五个同龄的孩子时，页面会自己写上年龄段。"),
    Rule.ILLNESS: N_("请不写病情和残疾，只写想要什么。东西本身看得出来又非写不可的，请写明理由。"),
    Rule.HARDSHIP: N_("请不写家里的难处，孩子以后自己也会看到。只写想要什么就好。"),
    Rule.RARE: N_(
        "这几样单看没什么，凑在一起，附近也许只有一个孩子。请至少删掉一样，或者写明理由。"
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One place of a text, from `start` to before `end`, that `rule` has something against."""

    rule: Rule
    start: int
    end: int
    found: str = ""

    @property
    def hard(self) -> bool:
        """Whether it must be mended; a soft one may stand with a reason."""
        return self.rule in HARD
