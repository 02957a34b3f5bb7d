"""From one incoming interaction to one response: who acts, which command, one transaction."""
