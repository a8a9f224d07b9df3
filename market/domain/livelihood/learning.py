"""What can be learnt for a livelihood, and how long a lesson is."""

from __future__ import annotations

from enum import StrEnum

from market.domain.errors import N_

MOST_MINUTES = 8 * 60
MOST_SEATS = 60


class Skill(StrEnum):
    """A skill that volunteers teach and enterprises would like to learn."""

    HANDICRAFT = "handicraft"
    QUALITY = "quality"
    PRICING = "pricing"
    BOOKKEEPING = "bookkeeping"
    PHOTOS = "photos"
    SELLING_ONLINE = "selling_online"
    TALKING = "talking"
    PACKAGING = "packaging"
    FOOD_SAFETY = "food_safety"
    COMPUTER = "computer"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _LABELS[self]


_LABELS = {
    Skill.HANDICRAFT: N_("手艺"),
    Skill.QUALITY: N_("品质把关"),
    Skill.PRICING: N_("算成本、定价"),
    Skill.BOOKKEEPING: N_("记账"),
    Skill.PHOTOS: N_("拍照和写介绍"),
    Skill.SELLING_ONLINE: N_("网上卖"),
    Skill.TALKING: N_("摆摊和招呼客人"),
    Skill.PACKAGING: N_("包装"),
    Skill.FOOD_SAFETY: N_("食品安全"),
    Skill.COMPUTER: N_("手机和电脑"),
}
