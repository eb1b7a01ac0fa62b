"""Pytest plugin: fixtures that play processes without a server."""
