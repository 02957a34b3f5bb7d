"""The public face of the noun."""
