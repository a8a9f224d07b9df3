"""What entrepreneurs, and those who support them, do."""
