"""What must stand on food before it is sold; what is missing blocks that one listing and no other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from market.domain.errors import N_, Invalid


class UseByBeforeMade(Invalid):
    """It would have gone off before it was made."""

    sentence = N_("保质期不能早于制作日期，请检查这两个日期。")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodParticulars:
    """What a maker says of food. `allergens` names them, or says there are none."""

    maker: str = ""
    made_on: date | None = None
    use_by: date | None = None
    allergens: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        if self.made_on and self.use_by and self.use_by < self.made_on:
            raise UseByBeforeMade(field="use_by")

    def missing(self, sold_on: date) -> tuple[str, ...]:
        """Msgids of what keeps it from being sold on that day, in the order of the form."""
        wanted = (
            (self.maker, N_("制作人")),
            (self.made_on, N_("制作日期")),
            (self.use_by, N_("保质期")),
            (self.allergens, N_("过敏原")),
            (self.licence, N_("许可或备案号")),
        )
        found = [words for value, words in wanted if not value]
        if self.use_by is not None and self.use_by < sold_on:
            found.append(N_("到市集那天已经过期"))
        return tuple(found)
