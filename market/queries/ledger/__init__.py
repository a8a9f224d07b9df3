"""Questions about the books and the proceeds line."""
