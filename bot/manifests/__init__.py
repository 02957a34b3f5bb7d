"""What a platform wants to know before it lets the bot in, made from the registry of commands."""
