"""The streaming tree hash is RFC 6962's recursive one, and its proofs prove."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.sales.merkle import (
    NoSuchLeaf,
    NotAHash,
    TreeHash,
    audit_path,
    leads_to,
    leaf_content,
    tree_root,
)

contents = st.lists(st.binary(max_size=4), max_size=70)
# The inputs and roots of the reference implementation's tests (certificate-transparency-go).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ]
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def recursive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + recursive_root(leaves[:k]) + recursive_root(leaves[k:]))


def recursive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1, word for word."""
    if len(leaves) <= 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*recursive_path(m, leaves[:k]), recursive_root(leaves[k:])]
    return [*recursive_path(m - k, leaves[k:]), recursive_root(leaves[:k])]


@pytest.mark.parametrize("size", range(9))
def test_it_gives_the_reference_roots(size: int) -> None:
    assert tree_root(LEAVES[:size]).hex() == ROOTS[size]


@given(contents)
def test_the_streaming_root_is_the_recursive_one(leaves: list[bytes]) -> None:
    assert tree_root(iter(leaves)) == recursive_root(leaves)


@given(contents.filter(bool), st.data())
def test_a_path_is_the_recursive_one_and_leads_to_the_root(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = audit_path(leaves, index)
    assert path == recursive_path(index, leaves)
    root = tree_root(leaves)
    assert leads_to(root, leaves[index], index=index, size=len(leaves), path=path)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_leaf_of_every_small_tree_can_be_proved(size: int) -> None:
    leaves = [bytes([number]) for number in range(size)]
    root = tree_root(leaves)
    for index, leaf in enumerate(leaves):
        path = audit_path(leaves, index)
        assert leads_to(root, leaf, index=index, size=size, path=path)
        assert not leads_to(root, leaf, index=(index + 1) % size, size=size, path=path) or size == 1


@given(contents.filter(lambda leaves: len(leaves) > 1), st.data())
def test_a_path_proves_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    size = len(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = audit_path(leaves, index)
    root = tree_root(leaves)
    assert not leads_to(root, leaves[index] + b"x", index=index, size=size, path=path)
    assert not leads_to(root[::-1], leaves[index], index=index, size=size, path=path)
    assert not leads_to(root, leaves[index], index=index, size=size, path=path[:-1])
    assert not leads_to(root, leaves[index], index=index, size=size, path=[*path, root])
    assert not leads_to(root, leaves[index], index=size, size=size, path=path)
    assert not leads_to(root, leaves[index], index=-1, size=size, path=path)


def test_a_node_cannot_pass_for_a_leaf() -> None:
    one, other = sha256(b"\x00a"), sha256(b"\x00b")
    assert tree_root([b"a", b"b"]) != tree_root([one + other])


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_path_to_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(NoSuchLeaf) as refusal:
        audit_path([b"a", b"b", b"c"], index)
    # People count from 1.
    assert refusal.value.facts == {"index": index + 1}


def test_a_hundred_thousand_leaves_are_kept_as_a_handful_of_hashes() -> None:
    tree = TreeHash()
    kept = 0
    for number in range(100_000):
        tree.add(number.to_bytes(4, "big"))
        kept = max(kept, len(tree._subtrees))  # noqa: SLF001 - the memory is the point
    assert tree.size == 100_000
    assert kept <= 17


def test_the_root_may_be_asked_for_on_the_way() -> None:
    tree = TreeHash()
    for number, leaf in enumerate(LEAVES):
        assert tree.root().hex() == ROOTS[number]
        tree.add(leaf)
    assert tree.root().hex() == ROOTS[-1]


def test_a_leaf_says_whether_its_sale_was_voided() -> None:
    sale, void = sha256(b"sale"), sha256(b"void")
    assert leaf_content(sale, None) == sale + bytes(32)
    assert leaf_content(sale, void) == sale + void


@pytest.mark.parametrize(("sale", "void"), [(b"", None), (bytes(31), None), (bytes(32), b"")])
def test_a_leaf_is_made_of_whole_hashes(sale: bytes, void: bytes | None) -> None:
    with pytest.raises(NotAHash):
        leaf_content(sale, void)
