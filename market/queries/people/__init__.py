"""Questions about people and how they come in."""
