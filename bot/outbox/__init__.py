"""The outbox: route events, render deliveries, send them and record the outcome."""
