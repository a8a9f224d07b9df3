#!/usr/bin/env python3
"""Check a bundle of a market's public books.  核对一个市集的公开账本。

    python3 verify.py BUNDLE [HEAD]

BUNDLE is the .zip file, or the folder that it was unpacked to. HEAD is a hash that you kept from an
earlier day: the books must still hold it. Nothing but Python's own library is used, and nothing is
asked of any network.  只用 Python 自带的库，不联网。
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any, Dict, Iterable, List, Tuple

FILES = ("README.txt", "balances.csv", "chain.jsonl", "days.csv", "ledger.beancount", "verify.py")
SUMS = "SHA256SUMS"
Act = Dict[str, Any]
Voucher = Tuple[str, str, Tuple[Tuple[str, int], ...]]


class Wrong(Exception):
    """Something in the bundle is not as it was written."""


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2:
        print(__doc__)
        return 2
    try:
        said = check(read(Path(arguments[0])), arguments[1] if len(arguments) > 1 else "")
    except (Wrong, OSError, ValueError, LookupError, TypeError, zipfile.BadZipFile) as error:
        print(f"不对 / WRONG: {error}")
        return 1
    for line in said:
        print(f"对 / ok: {line}")
    return 0


def read(bundle: Path) -> dict[str, bytes]:
    """The files of a bundle by their names."""
    if bundle.is_dir():
        return {path.name: path.read_bytes() for path in bundle.iterdir() if path.is_file()}
    with zipfile.ZipFile(bundle) as packed:
        return {name.rpartition("/")[2]: packed.read(name) for name in packed.namelist()}


def check(files: dict[str, bytes], head: str) -> list[str]:
    """What was found to be right, a line each; raises Wrong at the first thing that is not."""
    if sorted(files) != sorted((*FILES, SUMS)):
        raise Wrong(f"the bundle holds {sorted(files)}")
    sums = "".join(f"{sha256(files[name])}  {name}\n" for name in FILES).encode()
    require(files[SUMS] == sums, f"{SUMS} does not fit the files")
    acts, hashes = chain(files["chain.jsonl"])
    require(not head or head in hashes, f"no line of the chain has the hash {head}")
    require(files["days.csv"].decode().splitlines() == days(acts, hashes, files), "days.csv")
    vouchers = [act for act in acts if act["kind"] == "voucher"]
    balances = sum_up(posting for voucher in vouchers for posting in balanced(voucher))
    wanted = "account,minor\n" + "".join(f"{name},{balances[name]}\n" for name in sorted(balances))
    require(files["balances.csv"].decode() == wanted, "balances.csv does not fit the chain")
    written, asserted = beancount(files["ledger.beancount"].decode())
    require(sorted(written) == sorted(map(lines_of, vouchers)), "the ledger's vouchers")
    require(asserted == balances, "the ledger's balances")
    return [
        f"{len(FILES)} files have the sums that {SUMS} says",
        f"{len(acts)} acts, each hash covering the one before",
        f"{len(vouchers)} vouchers, each balanced; {len(balances)} accounts come to their balances",
        "the beancount ledger says the same",
        f"head {hashes[-1] if hashes else '-'}" + (f", and {head} is part of it" if head else ""),
    ]


def chain(data: bytes) -> tuple[list[Act], list[str]]:
    """The acts and the hash of each."""
    last = bytes(32)
    acts, hashes = [], []
    for number, line in enumerate(data.decode("ascii").splitlines(), start=1):
        kept = json.loads(line)
        act = json.dumps(kept["act"], sort_keys=True, separators=(",", ":")).encode("ascii")
        last = hashlib.sha256(last + act).digest()
        whole = b'{"act":%s,"hash":"%s"}' % (act, last.hex().encode())
        require(whole == line.encode("ascii"), f"line {number} of chain.jsonl")
        acts.append(kept["act"])
        hashes.append(last.hex())
    return acts, hashes


def days(acts: list[Act], hashes: list[str], files: dict[str, bytes]) -> list[str]:
    """days.csv as the chain has it; the seals, which only the house can work out, as they stand."""
    seals = [line.split(",")[3] for line in files["days.csv"].decode().splitlines()[1:]]
    require(all(not seal or len(seal) == 64 for seal in seals), "days.csv")
    last: dict[str, str] = {}
    day = ""
    for number, act in enumerate(acts):
        day = max(day, act["day"])
        last[day] = f"{day},{number + 1},{hashes[number]}"
    require(len(seals) == len(last), "days.csv")
    rows = [f"{row},{seals[number]}" for number, row in enumerate(last.values())]
    return ["day,lines,head,seal", *rows]


def balanced(voucher: Act) -> List[Any]:
    name = voucher["voucher"]
    require(sum(minor for _, minor in voucher["postings"]) == 0, f"voucher {name} does not balance")
    postings: List[Any] = voucher["postings"]
    return postings


def sum_up(postings: Iterable[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for account, minor in postings:
        found[account] = found.get(account, 0) + minor
    return found


def beancount(text: str) -> tuple[list[Voucher], dict[str, int]]:
    """The vouchers of the ledger, as `lines_of` gives them, and the balances it asserts."""
    vouchers: list[Voucher] = []
    asserted: dict[str, int] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[1] == "*":
            vouchers.append((words[2].strip('"'), words[0], ()))
        elif line.startswith("  ") and ":" in words[0][:-1]:
            name, day, postings = vouchers[-1]
            vouchers[-1] = (name, day, (*postings, (words[0], minor_of(words[1]))))
        elif len(words) > 1 and words[1] == "balance":
            asserted[words[2]] = minor_of(words[3])
    return vouchers, asserted


def lines_of(voucher: Act) -> Voucher:
    postings = tuple((account, minor) for account, minor in voucher["postings"])
    return voucher["voucher"], voucher["booked_on"], postings


def minor_of(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    require(len(part) == 2, f"the amount {yuan}")
    return int(whole + part)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def require(holds: bool, what: str) -> None:
    if not holds:
        raise Wrong(what)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
