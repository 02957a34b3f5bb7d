"""From one interaction to one response: recognise the actor, resolve the command, run it in one transaction."""
