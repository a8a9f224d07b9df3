"""Questions about entrepreneurs and what supports them."""
