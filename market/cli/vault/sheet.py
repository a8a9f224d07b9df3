"""The recovery sheet: as text for a terminal, and as a page of A4 that no server ever sends."""

from __future__ import annotations

from html import escape

from market.domain.identity.recovery import GROUP, GROUPS, sheet_of
from market.vault.keyring import key_id_of

_TITLE = "档案库恢复单 / Recovery sheet of the vault"
_WORDS = (
    "没有它，谁也打不开孩子的档案；有它和备份，就能全部找回。锁在柜子里，不要和备份放在一起，不要拍照。",
    "Without it nobody opens the files; with it and a backup all comes back. Lock it away, apart.",
    "抄写或打印后，在服务器上运行 flask vault-key prove，照着输一遍，证明抄对了。",
    "Once written down, run flask vault-key prove on the server and type it back.",
)


def text_of(key: bytes) -> str:
    """For a terminal: the groups four to a line."""
    groups = sheet_of(key)
    lines = ["  ".join(groups[at : at + GROUP]) for at in range(0, GROUPS, GROUP)]
    return "\n".join(["", _TITLE, f"Key {key_id_of(key)}", "", *lines, "", *_WORDS, ""])


def page_of(key: bytes) -> str:
    """For a printer: large type, each group with its number, room for who keeps it."""
    cells = "".join(f"<li>{escape(group)}</li>" for group in sheet_of(key))
    words = "".join(f"<p>{escape(line)}</p>" for line in _WORDS)
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
        f"<title>{escape(_TITLE)}</title>"
        "<style>@page{size:A4;margin:20mm}body{font:16pt sans-serif}"
        "ol{columns:2;font:22pt monospace}li{margin:4mm 0}</style>"
        f"<h1>{escape(_TITLE)}</h1><p>Key {key_id_of(key)}</p><ol>{cells}</ol>{words}"
        "<p>保管人 / Kept by: ____________________　　日期 / Date: ______________</p></html>\n"
    )
