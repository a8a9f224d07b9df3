"""What is known of people who stay unknown outside: files, purposes of reading, age bands. No secrets are here."""
