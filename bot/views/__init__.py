"""What a posted card shows at the moment at which it is sent."""
