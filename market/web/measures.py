"""What is counted while the market runs, for `/metrics`.

One worker counts for itself. Several workers of one machine count together when
PROMETHEUS_MULTIPROC_DIR names an empty folder before they start.
"""

from __future__ import annotations

from prometheus_client import Counter, Histogram

REQUESTS = Counter("market_requests", "Requests answered", ["endpoint", "method", "status"])
REQUEST_SECONDS = Histogram(
    "market_request_seconds",
    "Time from a request's arrival to its answer",
    ["endpoint"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
SALES_RECORDED = Counter("market_sales_recorded", "Sales written for the first time")
UNITS_RETRIED = Counter("market_units_retried", "Units of work done again after a collision")
MISSES = Counter("market_misses", "Wrong guesses counted", ["kind"])
