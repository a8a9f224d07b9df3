"""Acts on people and how they come in."""
