"""The player page and the build hook that bundles it from npm."""
