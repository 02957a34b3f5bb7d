"""Cards drawn for a place: Adaptive Cards, HTML, plain text."""
