"""Build platform-neutral cards from views of the services, and render them for each platform."""
