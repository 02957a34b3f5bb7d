"""Drivers of the three platforms: they send what a client would send, through the platform's own endpoints."""
