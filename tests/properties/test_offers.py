"""EXP-10 over many offers: the board gets a task for each below-minimum offer that its head
accepted, and for no other. Through the commands, by people with their own rights."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from casewright.commands.instances import StartInstance
from casewright.commands.tasks import CompleteTask
from casewright.domain.people import Principal
from casewright.testing.player import Player

HEADS = {"construction": "henryk", "real estate": "hanna", "finance": "filip"}
MINIMUM = Decimal("0.20")
OFFERS = 1_000


class Firm:
    """The people of the app, who work through the commands alone."""

    def __init__(self, player: Player) -> None:
        self.unit = player.system.unit
        logins = ["anna", "barbara", *HEADS.values()]
        self.people: dict[str, Principal] = {
            login: player.as_person(login).principal for login in logins
        }

    def enter(self, offer: dict[str, str]) -> dict[str, Any]:
        """Enter an offer and return the task of its head."""
        answer = self.unit.run(StartInstance("offer-approval", offer), self.people["anna"])
        (task,) = answer["tasks"]
        assert task["groups"] == [f"head of {offer['department']}"]
        return dict(task)

    def decide(self, login: str, task: dict[str, Any], name: str, answer: str) -> list[Any]:
        """Decide, and return the tasks that come of it."""
        form = {f"{name}_decision": answer}
        if answer == "refuse":
            form[f"{name}_remark"] = "No"
        done = self.unit.run(CompleteTask(task["id"], form), self.people[login])
        return list(done["tasks"])


def offers(seed: int, count: int) -> list[tuple[dict[str, str], str]]:
    """Return random offers, many of them near the minimum, with the answer of the head."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        cents = chance.choice([1, 5, 99, 100, 12_345, 100_000, 99_999_999])
        cents = chance.randint(1, max(1, cents))
        border = cents * 4 // 5
        cost = chance.choice(
            [chance.randint(0, 2 * cents), border, max(0, border - 1), border + 1, cents]
        )
        offer = {
            "client": f"Client {number}",
            "subject": "Offer",
            "department": chance.choice(sorted(HEADS)),
            "price": f"{Decimal(cents) / 100:.2f}",
            "cost": f"{Decimal(cost) / 100:.2f}",
        }
        found.append((offer, chance.choice(["accept", "accept", "refuse"])))
    return found


@pytest.mark.parametrize("seed", [20260302])
def test_board_tasks_are_the_accepted_offers_below_the_minimum(player: Player, seed: int) -> None:
    player.deploy_app("common")
    firm = Firm(player)
    expected: set[str] = set()
    board: list[tuple[str, dict[str, Any]]] = []
    outcomes: Counter[str] = Counter()
    for offer, answer in offers(seed, OFFERS):
        price, cost = Decimal(offer["price"]), Decimal(offer["cost"])
        # Compared without dividing, so that nothing is rounded here either.
        below = price - cost < MINIMUM * price
        task = firm.enter(offer)
        came = firm.decide(HEADS[offer["department"]], task, "head", answer)
        if below and answer == "accept":
            expected.add(offer["client"])
        board += [(offer["client"], new) for new in came]
        outcomes["below" if below else "above", answer] += 1  # type: ignore[index]
    assert {client for client, _ in board} == expected
    assert len(board) == len(expected)
    assert {task["element"] for _, task in board} == {"board_decides"}
    assert min(outcomes.values()) > OFFERS // 20
    assert len(outcomes) == 4
    _board_answers(player, firm, board, random.Random(seed))


def _board_answers(
    player: Player, firm: Firm, board: list[tuple[str, dict[str, Any]]], chance: random.Random
) -> None:
    """Let the board decide what it has, and see that nothing else was ever made for it."""
    waiting = player.as_person("barbara").inbox()
    assert {view.element for view in waiting} == {"board_decides"}
    for _, task in board:
        came = firm.decide("barbara", task, "board", chance.choice(["accept", "refuse"]))
        assert came == []
    assert player.as_person("barbara").inbox() == []
    with player.system.database.read() as connection:
        made = connection.exec_driver_sql(
            "SELECT count(*) FROM user_task WHERE element = 'board_decides'"
        ).scalar()
    assert made == len(board)
