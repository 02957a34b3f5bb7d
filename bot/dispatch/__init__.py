"""From one interaction interaction to one response: who acts, which command, one transaction."""
