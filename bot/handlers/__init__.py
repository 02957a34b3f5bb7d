"""Handlers: pass typed arguments to one use case and its view to one card."""
