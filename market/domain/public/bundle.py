"""A bundle of public books: the files a stranger checks, in a folder of a zip that is the same each time."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence

from market.domain.public.chain import DayHead, Link

_EPOCH = (1980, 1, 1, 0, 0, 0)
README = """心愿市集的公开账本 / Public books of a wish market

chain.jsonl       每一笔动过钱的事，一行一件；每行的校验值包含上一行
                  every act that moved money, a line each; each hash covers the one before
days.csv          每天最后一行的校验值。记下它，以后就能查出这一天之前有没有被改过
                  the last hash of each day: keep one, and any change before it will show
balances.csv      各账户余额（分） / what each account comes to, in fen
ledger.beancount  同一本账，可用 beancount 打开 / the same ledger for beancount
SHA256SUMS        每个文件的校验值 / the sum of every file

核对 / To check:  python3 verify.py .
以前记下过一个校验值 / With a hash you kept:  python3 verify.py . HASH

账里没有人名：保管现金的、寄售的、垫付的，各合为一个账户。审计链还记着谁何时看过什么，
不公开；days.csv 的 seal 是它当天的封印，监督员可以拿内部的链来对。
No person is named: all who keep cash, consign or pay in advance share one account. The audit chain
also holds who looked at what and when; it stays inside, and `seal` in days.csv is its seal of that day.
"""


def bundle_files(
    links: Sequence[Link],
    heads: Sequence[DayHead],
    balances: Mapping[str, int],
    ledger: str,
    verifier: bytes,
) -> dict[str, bytes]:
    """Every file by its name, the sums over them last."""
    files = {
        "README.txt": README.encode(),
        "balances.csv": _lines(
            "account,minor", *(f"{name},{balances[name]}" for name in sorted(balances))
        ),
        "chain.jsonl": _lines(*(link.line for link in links)),
        "days.csv": days_csv(heads),
        "ledger.beancount": ledger.encode(),
        "verify.py": verifier,
    }
    sums = (f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in files.items())
    return files | {"SHA256SUMS": _lines(*sums)}


def days_csv(heads: Sequence[DayHead]) -> bytes:
    """Each day's head, for programs: no field of it can hold a comma."""
    rows = (f"{one.day},{one.lines},{one.hash},{one.seal}" for one in heads)
    return _lines("day,lines,head,seal", *rows)


def zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    """The files below one folder, with no time of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, data)
    return out.getvalue()


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
