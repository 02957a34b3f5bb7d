"""The rules of the product in plain Python: no chat, no SQL, no HTTP, no vendor. docs/rules.md lists them by number."""
