"""`flask demo`: a fictional neighbourhood with a market behind it, one open today, and wishes."""

from market.cli.demo.command import demo

__all__ = ["demo"]
