"""What people do about the public face: publish a disclosure, say a word, answer it, show a picture."""
