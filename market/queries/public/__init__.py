"""What anybody may ask: the wall, a wish, a market day, where a receipt's money went."""
