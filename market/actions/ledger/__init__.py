"""Acts on the books and the proceeds line."""
