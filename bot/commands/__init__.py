"""Commands: what a handler declares, the registry that finds them, and the parser of typed text."""
