"""Faults on purpose: servers, databases and browsers killed, and a line that loses what is sent."""
