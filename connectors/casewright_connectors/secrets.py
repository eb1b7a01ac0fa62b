"""Secrets of connectors: from the environment, never in a diagram, a log or an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from casewright_connectors.contract import Permanent

PREFIX = "CASEWRIGHT_SECRET_"


class Secrets(Protocol):
    """Gives a secret by its name."""

    def get(self, name: str) -> str:
        """Return the secret; `Permanent` when it is not set."""
        ...


class EnvironmentSecrets:
    """Secrets from variables: "crm-token" is CASEWRIGHT_SECRET_CRM_TOKEN."""

    __slots__ = ("_environment",)

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def get(self, name: str) -> str:
        """Return the secret; `Permanent` names the variable that is missing."""
        variable = PREFIX + name.upper().replace("-", "_").replace(".", "_")
        found = self._environment.get(variable, "")
        if not found:
            raise Permanent(f"the secret {variable} is not set")
        return found

    def __repr__(self) -> str:
        return "EnvironmentSecrets(…)"
