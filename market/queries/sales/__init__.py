"""Questions about the service market."""
