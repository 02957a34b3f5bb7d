"""Marketplaces: operate, invite partners, offer leads."""
