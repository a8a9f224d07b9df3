"""Reading a file of the vault: for what, and why it may be closed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from market.domain.errors import N_, Busy, Forbidden, Missing


class ReadingPurpose(StrEnum):
    """What a file is opened for. Nothing else is a reason."""

    PURCHASE = "purchase"
    DELIVERY = "delivery"
    FOLLOW_UP = "follow_up"
    GUARDIAN = "guardian"
    CONTACT = "contact"
    SUPPORT = "support"
    SAMPLE = "sample"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _LABELS[self]


_LABELS = {
    ReadingPurpose.PURCHASE: N_("采购"),
    ReadingPurpose.DELIVERY: N_("送达"),
    ReadingPurpose.FOLLOW_UP: N_("回访"),
    ReadingPurpose.GUARDIAN: N_("联系监护人"),
    ReadingPurpose.CONTACT: N_("联系"),
    ReadingPurpose.SUPPORT: N_("支持创业"),
    ReadingPurpose.SAMPLE: N_("抽查"),
}

AT_WORK = (
    ReadingPurpose.PURCHASE,
    ReadingPurpose.DELIVERY,
    ReadingPurpose.FOLLOW_UP,
    ReadingPurpose.GUARDIAN,
)
"""What a social worker opens a child's file for; for whoever holds a wish there is CONTACT,
for an entrepreneur SUPPORT."""

EVENT = "vault_read"
"""The audit chain's word for a reading: subject `file` (its label), `purpose`, `by`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The reading of one file for one purpose.

    Made only after the audit event of exactly this reading was committed in the main database; so
    nothing is decrypted that the chain does not know of.
    """

    community_id: int
    file_id: str
    purpose: ReadingPurpose
    by_id: int


class VaultClosed(Busy):
    """The vault cannot be opened now. `reason` is a word for whoever runs the server."""

    sentence = N_("档案库现在没有打开。市集和心愿墙照常；请管理员看一下服务器上的档案钥匙。")


class VaultWithoutKey(VaultClosed):
    """The environment holds no key, or none that is one."""

    sentence = N_(
        "档案库没有打开：这台服务器上没有档案钥匙。市集和心愿墙照常。"
        "请管理员把恢复单上的钥匙放进服务器的 VAULT_KEY 再重新启动。"
    )


class VaultKeyWrong(VaultClosed):
    """The environment's key is not the one that the files were locked with."""

    sentence = N_(
        "档案库没有打开：服务器上的档案钥匙不是锁上它的那一把。市集和心愿墙照常。"
        "请管理员核对恢复单，换回原来的钥匙。"
    )


class VaultWithoutDatabase(VaultClosed):
    """No database was named for it, or it is not there, or not migrated."""

    sentence = N_(
        "档案库没有打开：它的数据库还没有准备好。市集和心愿墙照常。"
        "请管理员设置 VAULT_DATABASE_URL，然后运行 flask vault-upgrade。"
    )


class FileMissing(Missing):
    """No such file in this community, or it was erased."""

    sentence = N_("没有找到这份档案，可能已经删除。")


class ReadingNotAllowed(Forbidden):
    """A permit for another file, or for another purpose."""

    sentence = N_("这次打开档案没有登记，请回到档案页，选好用途再打开。")
