"""Who did what, for which team, when and through which platform (X5)."""
