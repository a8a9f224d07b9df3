"""Who may enter where: the table that the routes' own marks are held against.

A new route is written down here by whoever adds it, so that a mark nobody thought about shows.
"""

from __future__ import annotations

from market.domain.people import Role

PUBLIC = frozenset(
    {
        "healthz",
        "metrics",
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
    }
)
"""Open to whoever is signed in: their own things only, whatever their roles."""

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
    "people.withdraw": {A},
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
