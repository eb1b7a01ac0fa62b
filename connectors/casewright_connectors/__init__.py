"""Connectors of Casewright to outside systems: contract, registry and providers."""
