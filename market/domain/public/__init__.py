"""The rules of the public face: when a disclosure is due, what it holds, what a concern may be."""
