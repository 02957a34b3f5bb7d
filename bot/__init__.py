"""The outside of the house: platforms, commands, the relay, jobs and pages."""
