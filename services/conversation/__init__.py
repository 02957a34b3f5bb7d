"""Conversations in which the bot is or was."""
