"""Double entry: accounts, balanced entries, the posting table, months and the audit chain."""
