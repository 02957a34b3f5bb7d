"""The commands about leads."""
