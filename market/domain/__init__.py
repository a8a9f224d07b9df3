"""The rules of a charity market, in pure Python: no database, no web, no clock of its own."""
