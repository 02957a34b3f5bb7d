"""Scheduled jobs and the workers that they start."""
