"""The Merkle tree hash of RFC 6962 (kept in RFC 9162), over a closure's sales in their order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from market.domain.errors import N_, Invalid

HASH_BYTES = 32
_NO_VOID = bytes(HASH_BYTES)
_LEAF = b"\x00"
_NODE = b"\x01"


class NotAHash(Invalid):
    """Something that is not 32 bytes."""

    sentence = N_("校验值不完整，请重新导出后再核对。")


class NoSuchLeaf(Invalid):
    """A place outside the tree."""

    sentence = N_("这张凭证里没有第 %(index)s 笔记录。")


def leaf_content(sale_hash: bytes, void_hash: bytes | None) -> bytes:
    """What a leaf says of a sale: its hash, then the hash of its void or 32 zero bytes."""
    void = _NO_VOID if void_hash is None else void_hash
    if len(sale_hash) != HASH_BYTES or len(void) != HASH_BYTES:
        raise NotAHash
    return sale_hash + void


class TreeHash:
    """The root of leaves that arrive one by one; keeps one hash per binary digit of their number.

    Like a binary counter: two complete subtrees of one size become one of twice the size, and at
    the end the incomplete ones are joined from the right, which is RFC 6962's split at the largest
    power of two below the size.
    """

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def add(self, content: bytes) -> None:
        """Append one leaf."""
        subtree = hash_leaf(content)
        size = self.size
        while size & 1:
            subtree = hash_node(self._subtrees.pop(), subtree)
            size >>= 1
        self._subtrees.append(subtree)
        self.size += 1

    def root(self) -> bytes:
        """The root over the leaves so far; SHA-256 of nothing for no leaf."""
        if not self._subtrees:
            return hashlib.sha256(b"").digest()
        root = self._subtrees[-1]
        for subtree in reversed(self._subtrees[:-1]):
            root = hash_node(subtree, root)
        return root


def tree_root(contents: Iterable[bytes]) -> bytes:
    """The root over leaf contents in their order, in one pass."""
    tree = TreeHash()
    for content in contents:
        tree.add(content)
    return tree.root()


def audit_path(contents: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes, from the leaf upwards, that lead from leaf `index` (from 0) to the root.

    Raises NoSuchLeaf.
    """
    if not 0 <= index < len(contents):
        raise NoSuchLeaf(index=index + 1)
    path = []
    start, stop = 0, len(contents)
    while stop - start > 1:
        split = start + _largest_power_below(stop - start)
        if index < split:
            path.append(tree_root(contents[split:stop]))
            stop = split
        else:
            path.append(tree_root(contents[start:split]))
            start = split
    return path[::-1]


def leads_to(root: bytes, content: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that leaf `index` of `size` has this content (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last = index, size - 1
    node = hash_leaf(content)
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = hash_node(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hash_node(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def hash_leaf(content: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(_LEAF + content).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(_NODE + left + right).digest()


def _largest_power_below(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)
