"""People, groups, passwords and sessions through the commands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casewright.bootstrap import System
from casewright.commands import people, sessions
from casewright.domain.clock import FrozenClock
from casewright.domain.errors import Refused
from casewright.domain.ids import secret_hash
from casewright.domain.people import SYSTEM, Kind, Permission, Principal
from casewright.store.queries import people as queries

PASSWORD = "correct horse battery"
ADMIN = Principal(Kind.PERSON, "ada", "ada", permissions=frozenset({Permission.ADMIN}))


def _code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def _ada(system: System) -> None:
    system.unit.run(people.SetUp(" Ada ", "Ada Adams", PASSWORD), sessions.NOBODY)


def _later(system: System, **by: int) -> None:
    assert isinstance(system.clock, FrozenClock)
    system.clock.advance(timedelta(**by))


def _sign_in(system: System, password: str = PASSWORD, login: str = "ada") -> str:
    return str(sessions.sign_in(system.unit, login, password, "10.0.0.1")["session"])


def _alive(system: System, secret: str) -> bool:
    with system.database.read() as connection:
        return queries.session(queries.NOBODY, connection, secret_hash(secret)) is not None


def test_first_person_administers_and_only_once(system: System) -> None:
    _ada(system)
    with system.database.read() as connection:
        known = queries.known(queries.NOBODY, connection, "ada")
    assert known is not None
    assert known.permissions == {Permission.ADMIN}
    with pytest.raises(Refused) as refused:
        system.unit.run(people.SetUp("eve", "Eve", PASSWORD), sessions.NOBODY)
    assert _code(refused) == "setup-done"


def test_password_is_stored_hashed_and_journal_keeps_none(system: System) -> None:
    _ada(system)
    with system.database.read() as connection:
        stored = connection.exec_driver_sql("SELECT password_hash FROM person").scalar_one()
        journal = connection.exec_driver_sql("SELECT payload FROM journal_payload").scalar_one()
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in journal
    assert PASSWORD not in repr(people.SetUp("ada", "Ada", PASSWORD))


@pytest.mark.parametrize(
    "command",
    [
        people.CreatePerson("eve", "Eve", "", PASSWORD),
        people.SetPassword("ada", PASSWORD),
        people.SetActive("ada", False),
        people.CreateGroup("sales", "Sales"),
        people.SetGroup("administrators", "A", ("admin",)),
        people.AddMember("eve", "administrators"),
        people.RemoveMember("ada", "administrators"),
        sessions.CreateToken("ada", "mine"),
        sessions.DropToken("ada", "mine"),
        sessions.ExpireSessions(),
    ],
    ids=lambda command: type(command).__name__,
)
def test_only_an_administrator_may(system: System, command: object) -> None:
    _ada(system)
    with pytest.raises(Refused) as refused:
        system.unit.run(command, Principal(Kind.PERSON, "eve", "eve"))
    assert _code(refused) == "forbidden"


@pytest.mark.parametrize("login", ["", "a b", "Ł", "a,b", "../x", "x" * 65, "a\x00"])
def test_login_that_cannot_be_one(system: System, login: str) -> None:
    with pytest.raises(Refused) as refused:
        system.unit.run(people.CreatePerson(login, "N", "", PASSWORD), SYSTEM)
    assert _code(refused) == "invalid-input"
    assert "login" in refused.value.details["fields"]


def test_weak_password_and_repeated_names(system: System) -> None:
    with pytest.raises(Refused) as refused:
        system.unit.run(people.CreatePerson("eve", "Eve", "", "short"), SYSTEM)
    assert _code(refused) == "weak-password"
    _ada(system)
    with pytest.raises(Refused) as refused:
        system.unit.run(people.CreatePerson("ADA", "Other", "", PASSWORD), SYSTEM)
    assert _code(refused) == "person-exists"
    system.unit.run(people.CreateGroup("sales", "Sales", ("start",)), SYSTEM)
    with pytest.raises(Refused) as refused:
        system.unit.run(people.CreateGroup("sales", "Sales"), SYSTEM)
    assert _code(refused) == "group-exists"


def test_last_administrator_stays(system: System) -> None:
    _ada(system)
    for command in (
        people.SetActive("ada", False),
        people.RemoveMember("ada", "administrators"),
        people.SetGroup("administrators", "Administrators", ("start",)),
    ):
        with pytest.raises(Refused) as refused:
            system.unit.run(command, ADMIN)
        assert _code(refused) == "last-administrator"


def test_password_change_ends_sessions_but_the_one_it_is_made_in(system: System) -> None:
    _ada(system)
    here, there = _sign_in(system), _sign_in(system)
    system.unit.run(people.SetPassword("ada", PASSWORD + "!", secret_hash(here)), ADMIN)
    assert _alive(system, here)
    assert not _alive(system, there)


def test_sign_out_and_being_kept_out_end_sessions(system: System) -> None:
    _ada(system)
    system.unit.run(people.CreatePerson("eve", "Eve", "", PASSWORD), SYSTEM)
    secret = _sign_in(system)
    system.unit.run(sessions.SignOut(secret_hash(secret)), ADMIN)
    assert not _alive(system, secret)
    secret = _sign_in(system, login="eve")
    system.unit.run(people.SetActive("eve", False), ADMIN)
    assert not _alive(system, secret)
    with pytest.raises(Refused) as refused:
        _sign_in(system, login="eve")
    assert _code(refused) == "sign-in-failed"


def test_ten_wrong_tries_make_the_account_wait(system: System) -> None:
    _ada(system)
    for number in range(10):
        with pytest.raises(Refused) as refused:
            sessions.sign_in(system.unit, " ADA"[number % 2 :], "wrong", f"10.0.0.{number}")
        assert _code(refused) == "sign-in-failed"
    with pytest.raises(Refused) as refused:
        sessions.sign_in(system.unit, "ada", PASSWORD, "10.0.0.99")
    assert _code(refused) == "too-many-tries"
    assert refused.value.details["seconds"] == 60
    _later(system, seconds=60)
    assert _sign_in(system)


def test_ten_wrong_tries_make_the_address_wait(system: System) -> None:
    _ada(system)
    for number in range(10):
        with pytest.raises(Refused):
            sessions.sign_in(system.unit, f"nobody{number}", "wrong", "10.0.0.1")
    with pytest.raises(Refused) as refused:
        _sign_in(system)
    assert _code(refused) == "too-many-tries"
    assert sessions.sign_in(system.unit, "ada", PASSWORD, "10.0.0.2")["login"] == "ada"


def test_unknown_name_waits_like_a_known_one(system: System) -> None:
    _ada(system)
    told = []
    for login in ("ada", "nobody"):
        codes = []
        for number in range(11):
            with pytest.raises(Refused) as refused:
                sessions.sign_in(system.unit, login, "wrong", f"{login}{number}")
            codes.append((refused.value.code, refused.value.text()))
        told.append(codes)
    assert told[0] == told[1]


def test_wrong_tries_spread_over_time_are_forgiven(system: System) -> None:
    _ada(system)
    for _ in range(25):
        with pytest.raises(Refused) as refused:
            _sign_in(system, "wrong")
        assert _code(refused) == "sign-in-failed"
        _later(system, seconds=7)


def test_what_ran_out_is_deleted(system: System) -> None:
    _ada(system)
    secret = _sign_in(system)
    _later(system, hours=7)
    system.unit.run(sessions.TouchSession(secret_hash(secret)), ADMIN)
    _later(system, hours=7)
    assert system.unit.run(sessions.ExpireSessions(), SYSTEM) == {"ended": 0}
    _later(system, hours=2)
    assert system.unit.run(sessions.ExpireSessions(), SYSTEM) == {"ended": 1}


def test_token_is_stored_hashed_and_dropped_by_name(system: System) -> None:
    _ada(system)
    secret = system.unit.run(sessions.CreateToken("ada", "script", ("start",), 30), ADMIN)["token"]
    with system.database.read() as connection:
        found = queries.token(queries.NOBODY, connection, secret_hash(secret))
    assert found is not None
    assert (found.login, found.scopes) == ("ada", frozenset({"start"}))
    system.unit.run(sessions.DropToken("ada", "script"), ADMIN)
    with system.database.read() as connection:
        assert queries.token(queries.NOBODY, connection, secret_hash(secret)) is None
    with pytest.raises(Refused):
        system.unit.run(sessions.CreateToken("ada", "", ("fly",), 0), ADMIN)
