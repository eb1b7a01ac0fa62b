"""Operations, secrets and tokens."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from casewright.commands.catalogue import BUILTIN
from casewright_connectors.contract import Operation, Permanent
from casewright_connectors.notify import NOTE
from casewright_connectors.registry import OPERATIONS, Tokens, from_environment
from casewright_connectors.secrets import EnvironmentSecrets

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_types_name_capability_verb_and_later_versions() -> None:
    assert (NOTE.type, NOTE.capability) == ("notify.note", "notify")
    later = Operation("notify.note", "x", NOTE.input, NOTE.output, version=2)
    assert later.type == "notify.note:2"


def test_every_operation_has_a_provider_and_described_fields() -> None:
    registry = from_environment(lambda: NOW, {})
    assert registry.types == {operation.type for operation in OPERATIONS}
    for operation in OPERATIONS:
        assert registry.connector(operation) is not None or operation.type in BUILTIN
        for model in (operation.input, operation.output):
            assert all(field.description for field in model.model_fields.values())
    assert registry.operation("no.such") is None


def test_secrets_come_from_the_environment_and_are_not_shown() -> None:
    secrets = EnvironmentSecrets({"CASEWRIGHT_SECRET_CRM_TOKEN": "s3cret"})
    assert secrets.get("crm-token") == "s3cret"
    assert "s3cret" not in repr(secrets)
    with pytest.raises(Permanent, match="CASEWRIGHT_SECRET_ERP_TOKEN"):
        secrets.get("erp-token")


def test_a_token_is_fetched_once_for_all_and_again_before_it_ends() -> None:
    tokens, fetched, now = Tokens(), [], [NOW]
    barrier = threading.Barrier(8)

    def fetch() -> tuple[str, timedelta]:
        fetched.append(1)
        return f"token {len(fetched)}", timedelta(minutes=10)

    def use(_: int) -> str:
        barrier.wait(5)
        return tokens.get("crm", lambda: now[0], fetch)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(use, range(8))) == {"token 1"}
    now[0] = NOW + timedelta(minutes=8)
    assert tokens.get("crm", lambda: now[0], fetch) == "token 2"
    tokens.drop("crm")
    assert tokens.get("crm", lambda: now[0], fetch) == "token 3"
