"""All that a wish must pass before it is written down, whichever way it comes in."""

from __future__ import annotations

from dataclasses import dataclass

from market.domain.proceeds.refusal import Refusal, check_kinds
from market.domain.proceeds.wish_content import WishContent
from market.domain.proceeds.wish_gate import check_texts, texts_of


@dataclass(frozen=True, slots=True)
class WishRules:
    """What a community settles of its wishes; amounts in minor units."""

    ceiling_minor: int
    refusals: tuple[Refusal, ...]

    def check(self, content: WishContent, reason: str) -> str:
        """The reason as it is kept, for content that may be written down.

        Raises CouldIdentify, ReasonNeeded, KindRefused, WishTooDear, and what `clean_text` raises;
        each but the last with its `field`.
        """
        kept = self.check_words(content, reason)
        check_kinds(texts_of(content), self.refusals)
        content.check_ceiling(self.ceiling_minor)
        return kept

    def check_words(self, content: WishContent, reason: str) -> str:
        """The same for content that stands already: only of words that could lead to a child."""
        return check_texts(texts_of(content), reason)
