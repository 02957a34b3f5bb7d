"""What the bot says: views become platform-neutral cards, renderers draw them."""
