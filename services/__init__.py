"""Rules of the product in plain Python: no chat, no SQL, no HTTP, no vendor SDK. docs/rules.md numbers the rules."""
