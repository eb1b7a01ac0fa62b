"""Connectors: what service tasks ask of other systems. Knows nothing of the engine."""
