"""Providers that are part of the engine: effect and result in one transaction."""
