"""Scheduled jobs and the periods in which they have run."""
