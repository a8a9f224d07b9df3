"""What anybody may take along: it agrees with the books, and a stranger's program says so."""

from __future__ import annotations

import hashlib
import io
import json
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from market.extensions import reading, unit_of_work
from market.models.ledger import Account, AuditHead, Posting, Voucher
from market.models.people import Community, Person
from market.models.proceeds import Wish
from tests.accepting import accepted
from tests.blueprints.public.conftest import Told

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
PROGRAM = Path(__file__).parents[3] / "market" / "static" / "verify.py"
FILES = ("wishes", "markets", "funds")
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def slug(app: Flask, told: Told) -> str:
    with app.app_context():
        return reading().get_one(Community, told.community_id).slug


@pytest.fixture
def bundle(client: FlaskClient, slug: str, tmp_path: Path) -> Path:
    data = client.get(f"/open-data/{slug}/bundle.zip").data
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        packed.extractall(tmp_path)
    (tmp_path / "bundle.zip").write_bytes(data)
    return tmp_path / slug


def verified(bundle: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """What the verifier says, run as a stranger would: by a Python that knows nothing of ours."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(PROGRAM), str(bundle), *more],
        capture_output=True,
        text=True,
        check=False,
    )


def test_beancount_accepts_the_ledger_and_comes_to_our_balances(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    found = accepted(client.get(f"/open-data/{slug}/ledger.beancount").text)
    with app.app_context():
        session = reading()
        vouchers = session.scalar(select(func.count(Voucher.id)))
        postings = session.scalar(select(func.count(Posting.id)))
        kinds = dict(
            session.execute(
                select(Account.kind, func.sum(Account.balance_minor)).group_by(Account.kind)
            ).all()
        )
    assert (found.vouchers, found.postings) == (vouchers, postings)
    assert found.balances["Assets:Cash:Safe"] == kinds["cash_safe"]
    committed = [minor for name, minor in found.balances.items() if name.endswith(":Committed")]
    assert sum(committed) == kinds["fund_committed"] != 0
    assert sum(found.balances.values()) == sum(kinds.values()) == 0


@one_database
def test_a_fen_more_in_the_ledger_is_refused(client: FlaskClient, slug: str) -> None:
    text = client.get(f"/open-data/{slug}/ledger.beancount").text
    first = next(line for line in text.splitlines() if line.startswith("  Assets:"))
    more = first.replace(".00 ", ".01 ")
    assert more != first
    with pytest.raises(ValueError, match="does not balance"):
        accepted(text.replace(first, more, 1))


def test_a_stranger_s_program_finds_the_bundle_sound(bundle: Path) -> None:
    said = verified(bundle)
    assert (said.returncode, said.stderr) == (0, ""), said.stdout
    assert said.stdout.count("对 / ok") == 5
    assert verified(bundle.parent / "bundle.zip").stdout == said.stdout


@one_database
def test_one_changed_byte_anywhere_is_found(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verify = runpy.run_path(str(PROGRAM))
    for path in sorted(bundle.iterdir()):
        whole = path.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            assert verify["main"]([str(bundle)]) == 1, (path.name, place)
            assert "WRONG" in capsys.readouterr().out
        path.write_bytes(whole)
    assert verify["main"]([str(bundle)]) == 0


@one_database
def test_a_change_with_new_sums_is_found_by_the_chain(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verify = runpy.run_path(str(PROGRAM))
    for name, old, new in (
        ("chain.jsonl", '"net":', '"net":9'),
        ("balances.csv", "Safe,", "Safe,1"),
        ("days.csv", ",", ",1"),
        ("ledger.beancount", "  Assets:Cash:Safe  ", "  Assets:Cash:Safe  1"),
    ):
        path, sums = bundle / name, bundle / "SHA256SUMS"
        kept, kept_sums = path.read_text(), sums.read_text()
        changed = kept.replace(old, new, 1)
        assert changed != kept, name
        path.write_text(changed)
        digest = hashlib.sha256
        sums.write_text(
            kept_sums.replace(
                digest(kept.encode()).hexdigest(), digest(path.read_bytes()).hexdigest()
            )
        )
        said = verify["main"]([str(bundle)]), "SHA256SUMS does" in capsys.readouterr().out
        assert said == (1, False), name
        path.write_text(kept)
        sums.write_text(kept_sums)


@one_database
def test_a_head_that_somebody_kept_is_part_of_the_books_for_ever(
    client: FlaskClient, bundle: Path, slug: str
) -> None:
    head = client.get(f"/open-data/{slug}/days.csv").text.splitlines()[-1].split(",")[2]
    assert head in client.get("/open-data").text
    assert verified(bundle, head).returncode == 0
    assert verified(bundle, head[::-1]).returncode == 1


@one_database
def test_of_the_audit_chain_only_money_is_told(app: Flask, bundle: Path) -> None:
    acts = [json.loads(line)["act"] for line in (bundle / "chain.jsonl").read_text().splitlines()]
    assert {act["kind"] for act in acts} == {"voucher", "closure"}
    with app.app_context():
        session = reading()
        events = session.scalar(select(AuditHead.number)) or 0
        names = session.scalars(select(Person.name)).all()
        memos = set(session.scalars(select(Voucher.memo)).all()) - {""}
        texts = session.scalars(select(Wish.text)).all()
        seal = (bundle / "days.csv").read_text().splitlines()[-1].split(",")[3]
        head = session.scalar(select(AuditHead.hash)) or b""
    assert events > len(acts)
    assert (len(seal), seal == head.hex()) == (64, False)
    whole = b"".join(path.read_bytes() for path in bundle.iterdir()).decode()
    assert [word for word in (*names, *memos, *texts) if word in whole] == []


@one_database
@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("name", FILES)
def test_figures_are_spreadsheets_that_may_be_kept(client: FlaskClient, name: str) -> None:
    csv = client.get(f"/open-data/{name}?format=csv")
    assert csv.data.startswith(b"\xef\xbb\xbf")
    assert len(csv.text.splitlines()) > 1
    again = client.get(
        f"/open-data/{name}?format=csv", headers={"If-None-Match": csv.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"/open-data/{name}?format=xlsx").data.startswith(b"PK")
    assert client.get(f"/open-data/{name}").status_code == 303


@one_database
def test_what_somebody_typed_is_no_formula(app: Flask, client: FlaskClient, told: Told) -> None:
    with app.app_context(), unit_of_work() as session:
        session.execute(
            Wish.__table__.update().where(Wish.code == told.lit).values(text="=1+1")  # type: ignore[attr-defined]
        )
    assert ",'=1+1," in client.get("/open-data/wishes?format=csv").text


@one_database
def test_programs_read_what_the_pages_show(client: FlaskClient, told: Told) -> None:
    wishes = {one["code"]: one for one in _json(client, "/api/v1/wishes")["wishes"]}
    assert set(wishes) == {told.lit, told.waiting}
    assert wishes[told.lit]["funded_minor"] == 10_00
    lit = _json(client, "/api/v1/wishes?state=lit")["wishes"]
    assert [one["code"] for one in lit] == [told.lit]
    wish = _json(client, f"/api/v1/wishes/{told.lit}")
    assert (wish["wish"]["words"]["en"], wish["receipts"]) == ("Watercolours", 1)
    market = _json(client, f"/api/v1/markets/{told.market}")
    assert market["lit"] == [{"wish": told.lit, "amount_minor": 10_00}]
    assert sum(fund["laid_minor"] for fund in market["funds"]) == market["market"]["net_minor"]
    assert [one["slug"] for one in _json(client, "/api/v1/markets")["markets"]] == [told.market]
    [books] = _json(client, "/api/v1/books")["communities"]
    assert client.get(books["bundle"]).status_code == 200
    for missing in ("/api/v1/wishes/W-XXXX", "/api/v1/markets/none"):
        answer = client.get(missing)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


@one_database
def test_fulfilled_wishes_are_a_feed(app: Flask, client: FlaskClient, told: Told) -> None:
    assert _feed(client).findall("entry") == []
    with app.app_context(), unit_of_work() as session:
        wish = session.scalar(select(Wish).where(Wish.code == told.lit))
        assert wish is not None
        wish.state, wish.text = "delivered", "想要一本 <书> & 笔"
        community = session.get_one(AuditHead, told.community_id)
        community.number += 1
    feed = _feed(client)
    [entry] = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"http://localhost/wishes/{told.lit}"
    assert feed.findtext(f"{ATOM}updated")


def _json(client: FlaskClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"].startswith("public")
    return answer.get_json()


def _feed(client: FlaskClient) -> ET.Element:
    return ET.fromstring(client.get("/feeds/fulfilled.atom").text)  # noqa: S314 - our own
