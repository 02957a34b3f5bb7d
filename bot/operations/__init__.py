"""Logs, metrics, readiness and memory settings for operators."""
