"""The service market: market days, tills, sales, closures, refunds."""

from market.models.sales.closing import (
    CashCount,
    CashHandOver,
    Closure,
    ClosurePhone,
    CountConfirmation,
    SalePosition,
)
from market.models.sales.consigning import ConsignedRest, FoodLabel
from market.models.sales.market_days import (
    CodePicture,
    LegalBasis,
    Listing,
    MarketDay,
    MarketOpening,
    PaymentCode,
    PolicyShare,
    Stall,
)
from market.models.sales.passes import DayDigits, DeviceHolder, StallPass
from market.models.sales.preparing import (
    DayTask,
    GivenGoods,
    GoodsPhoto,
    MarketChange,
    PreOrder,
    Shift,
)
from market.models.sales.refunds import (
    Refund,
    RefundDecision,
    RefundLine,
    RefundRequest,
)
from market.models.sales.sales import (
    AsideDecision,
    ImportBatch,
    QuarantinedSale,
    Sale,
    SaleLine,
    SaleVoid,
)
from market.models.sales.statements import Statement, StatementLine, StatementWord
from market.models.sales.tills import Device, Till, TillMove, TillStall, TillTotal
from market.models.sales.turns import (
    SaleTurn,
    Service,
    Slot,
    Turn,
    TurnContact,
    TurnCount,
    TurnPromise,
    TurnStep,
)
from market.models.sales.uploads import DeviceSignOff, PhoneVoid, Slip

__all__ = [
    "AsideDecision",
    "CashCount",
    "CashHandOver",
    "Closure",
    "ClosurePhone",
    "CodePicture",
    "ConsignedRest",
    "CountConfirmation",
    "DayDigits",
    "DayTask",
    "Device",
    "DeviceHolder",
    "DeviceSignOff",
    "FoodLabel",
    "GivenGoods",
    "GoodsPhoto",
    "ImportBatch",
    "LegalBasis",
    "Listing",
    "MarketChange",
    "MarketDay",
    "MarketOpening",
    "PaymentCode",
    "PhoneVoid",
    "PolicyShare",
    "PreOrder",
    "QuarantinedSale",
    "Refund",
    "RefundDecision",
    "RefundLine",
    "RefundRequest",
    "Sale",
    "SaleLine",
    "SalePosition",
    "SaleTurn",
    "SaleVoid",
    "Service",
    "Shift",
    "Slip",
    "Slot",
    "Stall",
    "StallPass",
    "Statement",
    "StatementLine",
    "StatementWord",
    "Till",
    "TillMove",
    "TillStall",
    "TillTotal",
    "Turn",
    "TurnContact",
    "TurnCount",
    "TurnPromise",
    "TurnStep",
]
