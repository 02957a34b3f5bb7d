"""Interactions that were received, each of which has its effect once."""
