"""Leads: create, list, show, reveal, pick, work, hand over, close."""
