"""Who may enter where: the table that the routes' own marks are held against.

A new route is written down here by whoever adds it, so that a mark nobody thought about shows.
"""

from __future__ import annotations

from market.domain.people import Role

PUBLIC = frozenset(
    {
        "healthz",
        "metrics",
        "openapi",
        "people.join",
        "people.sign_in",
        "people.sign_out",
        "public.market",
        "public.markets",
        "public.receipt",
        "public.receipt_lookup",
        "public.receipt_qr",
        "public.wall",
        "public.wish",
        "readyz",
        "sales.stall_pass_join",
        "static_file",
    }
)
"""Open to anybody; a page among them shows what everybody may see, or proves who asks by itself."""

SIGNED_IN = frozenset(
    {
        "people.choose_desk",
        "people.end_my_other_sessions",
        "people.end_my_session",
        "people.join_with_my_account",
        "people.me",
        "people.my_language",
        "people.my_name",
        "people.my_password",
        "people.my_sessions",
        "sales.tills_home",
        "sales.tills_mine",
    }
)
"""Open to whoever is signed in: their own things only, whatever their roles."""

FOR_DEVICES = frozenset(
    {
        "sales.api_slips",
        "sales.api_sync",
        "sales.api_till",
        "sales.till_phone",
        "sales.till_phone_holder",
    }
)
"""Open to a phone that joined a stall by its pass, and to nobody else."""

DEVICES_TOO = frozenset(
    {
        "sales.till_check",
        "sales.till_sale",
        "sales.till_sale_void",
        "sales.till_sales",
        "sales.till_sales_add",
        "sales.till_sell",
        "sales.tills_home",
    }
)
"""Open to people as below, and to a phone that joined a stall: what it sells there, and no more."""

V, T, S, R, U, A = (
    Role.VOLUNTEER,
    Role.TREASURER,
    Role.SOCIAL_WORKER,
    Role.REVIEWER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)
SELLERS = {V, T, S, A}
EVERYBODY = set(Role)

BY_ROLE: dict[str, set[Role]] = {
    "people.close": {A},
    "people.end_sessions": {A},
    "people.grant": {A},
    "people.link_picture": {A},
    "people.new_invitation": {A},
    "people.new_reset_link": {A},
    "people.one_link": {A},
    "people.one_person": {A, U},
    "people.people": {A, U},
    "people.revoke": {A},
    "people.settings": {A},
    "people.withdraw": {A},
    "proceeds.holder": {T, A},
    "proceeds.holder_close": {T, A},
    "proceeds.holder_new": {T, A},
    "proceeds.holder_reopen": {T, A},
    "proceeds.holders": {T, A, U},
    "proceeds.parties": {T, A, U},
    "proceeds.party": {T, A, U},
    "proceeds.party_close": {T, A},
    "proceeds.party_interest": {T, A},
    "proceeds.party_name": {T, A},
    "proceeds.party_new": {T, A},
    "proceeds.party_reopen": {T, A},
    "sales.desk": {T, S, R, A, U},
    "sales.listing": {S, A},
    "sales.listing_bring_back": {S, A},
    "sales.listing_move": {S, A},
    "sales.listing_new": {S, A},
    "sales.listing_retire": {S, A},
    "sales.market_day": {T, S, R, A, U},
    "sales.market_day_basis": {S, A},
    "sales.market_day_filing": {S, A},
    "sales.market_day_new": {S, A},
    "sales.market_day_open": {S, A},
    "sales.market_day_opening": {T, S, R, A, U},
    "sales.market_day_policy": {S, A},
    "sales.market_day_questions": {S, A},
    "sales.market_day_stalls": {T, S, R, A, U},
    "sales.market_day_words": {S, A},
    "sales.market_days_list": {T, S, R, A, U},
    "sales.pasted": {S, A},
    "sales.pasted_look": {S, A},
    "sales.pasted_rows": {S, A},
    "proceeds.accounts": {T, S, R, A, U},
    "proceeds.fund": {T, S, R, A, U},
    "proceeds.fund_new": {A},
    "proceeds.funds": {T, S, R, A, U},
    "proceeds.journal_page": {T, S, R, A, U},
    "proceeds.money": {T, S, R, A, U},
    "proceeds.month_confirm": {T, S, R, A},
    "proceeds.month_propose": {T},
    "proceeds.month_withdraw": {T, S, R, A},
    "proceeds.months": {T, S, R, A, U},
    "proceeds.move": {T, S, R, A, U},
    "proceeds.move_decide": {T, S, R, A},
    "proceeds.move_kinds": {T, S, A},
    "proceeds.move_new": {T, S, A},
    "proceeds.moves": {T, S, R, A, U},
    "proceeds.proposal": {T, S, R, A, U},
    "proceeds.proposal_approve": {T, S, R, A},
    "proceeds.proposal_decline": {T, S, R, A},
    "proceeds.proposal_new": {T, S, A},
    "proceeds.proposals": {T, S, R, A, U},
    "proceeds.purchase": {T, S, R, A, U},
    "proceeds.purchase_decide": {T, S, R, A},
    "proceeds.purchase_new": {T, S, A},
    "proceeds.return_decide": {T, S, R, A},
    "proceeds.return_new": {T, S, A},
    "proceeds.return_page": {T, S, R, A, U},
    "proceeds.reversal_new": {T, S, A},
    "proceeds.voucher": {T, S, R, A, U},
    "proceeds.wish": {T, S, R, A, U},
    "proceeds.wish_companions": {S, A},
    "proceeds.wish_confirmation": {T, S, R, A},
    "proceeds.wish_consents": {S, A},
    "proceeds.wish_content": {S, A},
    "proceeds.wish_delivery": {S, A},
    "proceeds.wish_ending": {S, A},
    "proceeds.wish_follow_up": {S, A},
    "proceeds.wish_new": {S, A},
    "proceeds.wish_open": {S, A},
    "proceeds.wish_review": {T, S, R, A},
    "proceeds.wish_withdrawal": {S, A},
    "proceeds.wishes": {T, S, R, A, U},
    "reports.allocations": {T, S, R, A, U},
    "reports.home": {T, S, R, A, U},
    "reports.market_report": {T, S, R, A, U},
    "reports.market_sales": {T, S, R, A, U},
    "sales.refund": {T, S, R, A, U},
    "sales.refund_decide": {T, S, R, A},
    "sales.refund_new": {T, S, A},
    "sales.refunds": {T, S, R, A, U},
    "sales.statement": {T, S, R, A, U},
    "sales.statement_add": {T, S, A},
    "sales.statement_line": {T, S, A},
    "sales.statement_sale": {T, S, A},
    "sales.statements": {T, S, R, A, U},
    "sales.stall": {T, S, R, A, U},
    "sales.stall_new": {S, A},
    "sales.stall_sign": {S, A},
    "sales.till_check": SELLERS,
    "sales.till_closure": EVERYBODY,
    "sales.till_closure_add": SELLERS,
    "sales.till_count": SELLERS,
    "sales.till_count_confirm": EVERYBODY,
    "sales.till_count_sign": SELLERS,
    "sales.till_moves": SELLERS,
    "sales.till_open": SELLERS,
    "sales.till_sale": EVERYBODY,
    "sales.till_sale_void": SELLERS,
    "sales.till_sales": EVERYBODY,
    "sales.till_sales_add": SELLERS,
    "sales.till_sell": SELLERS,
    "sales.till_supplement_add": SELLERS,
}
"""Open to whoever holds one of these roles in the community that the address names."""
