"""Questions about allocations and wishes."""
