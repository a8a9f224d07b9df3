"""Short texts people type: normalised once, and free of what breaks a page or a hash."""

from __future__ import annotations

import unicodedata

from market.domain.errors import N_, Invalid

_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNREADABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


class TextMissing(Invalid):
    """Nothing was written where something must be."""

    sentence = N_("这里还没有填写，请补上。")


class TextTooLong(Invalid):
    """More characters than there is room for."""

    sentence = N_("文字太长了，最多 %(most)s 个字，请写短一些。")


class TextUnreadable(Invalid):
    """Control characters, half characters, or marks that break a line or turn its direction."""

    sentence = N_("文字里有无法显示的字符，请删掉后重新输入。")


def clean_text(text: object, *, most: int, least: int = 1, lines: bool = False) -> str:
    """The text in NFC without blanks around it; line breaks only where `lines` allows them.

    Raises TextMissing, TextTooLong, TextUnreadable.
    """
    if not isinstance(text, str):
        raise TextUnreadable
    clean = unicodedata.normalize("NFC", text).strip()
    if lines:
        clean = clean.replace("\r\n", "\n").replace("\r", "\n")
    if len(clean) < least:
        raise TextMissing
    if len(clean) > most:
        raise TextTooLong(most=most)
    if any(_is_unreadable(sign) for sign in clean if not (lines and sign == "\n")):
        raise TextUnreadable
    return clean


def _is_unreadable(sign: str) -> bool:
    return unicodedata.category(sign) in _UNREADABLE or sign in _BIDI_CONTROLS
