"""Vendors other than chat platforms, each behind a Protocol that the services declare."""
