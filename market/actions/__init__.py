"""What people do, one function each; session, clock and randomness are handed in."""
