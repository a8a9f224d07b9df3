"""The bench: how fast the house is, always beside something measured in the same run."""
