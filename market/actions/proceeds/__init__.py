"""Acts on funds, wishes and allocations."""
