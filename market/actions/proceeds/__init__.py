"""Acts on allocations and wishes."""
