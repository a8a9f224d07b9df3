"""Acts on the service market."""
