"""Renderers: cards as Adaptive Cards, Block Kit, HTML, mail and plain text."""
