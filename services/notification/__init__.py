"""Notifications: events become notices, and notices become deliveries."""
