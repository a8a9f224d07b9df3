"""What an enterprise says to everybody: product and skill, never what somebody's body or mind is like."""

from __future__ import annotations

from collections.abc import Iterable

from market.domain.errors import N_, Invalid

SHOWABLE = ("name", "product", "words", "picture", "goal", "buying", "support")
"""What may be shown or withdrawn, one by one."""
_DIAGNOSES = (
    "残疾",
    "残障",
    "残联",
    "智障",
    "脑瘫",
    "自闭",
    "孤独症",
    "唐氏",
    "听障",
    "视障",
    "聋哑",
    "失明",
    "失聪",
    "轮椅",
    "截肢",
    "肢体",
    "癫痫",
    "精神病",
    "精神分裂",
    "抑郁",
    "病情",
    "患有",
    "确诊",
    "disab",
    "autis",
    "wheelchair",
    "down syndrome",
)


class DiagnosisTold(Invalid):
    """A public word about a body or an illness."""

    sentence = N_("公开页只说产品和手艺，请去掉“%(word)s”。大家来买，是因为东西好。")


def check_public(texts: Iterable[str]) -> None:
    """Refuse words that tell of a diagnosis: DiagnosisTold."""
    for text in texts:
        lower = text.lower()
        found = next((word for word in _DIAGNOSES if word in lower), None)
        if found is not None:
            raise DiagnosisTold(word=found)
