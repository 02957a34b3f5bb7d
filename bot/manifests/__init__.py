"""App manifests of the platforms, built from the registry of commands."""
