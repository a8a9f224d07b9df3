"""Where the money goes: the split between funds, the proceeds line, and which wish is next."""
