"""Cards on their way to a place, and the cards that are there already."""
