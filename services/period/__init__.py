"""The periods of scheduled jobs: each is begun once, by any of the processes."""
