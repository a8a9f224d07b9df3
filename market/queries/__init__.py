"""Questions: they read and never write, and give frozen rows."""
