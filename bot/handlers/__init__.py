"""What each command does: read its arguments, call one use case, hand its view to one card."""
