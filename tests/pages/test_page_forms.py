"""Forms through the pages, without script: errors by field, drafts, keys, and races."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from casewright.bootstrap import System
from pages.visiting import Person, waiting

Enter = Callable[[str], Person]
OFFER = {
    "client": "Hotel Bryza",
    "subject": "Roof",
    "department": "construction",
    "price": "1 000,00",
    "cost": "799.90",
    "cw__business-key": "O/9",
}


def _value(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None, name
    return found.group(1)


def test_offer_goes_its_way_through_the_pages(system: System, enter: Enter) -> None:
    anna, henryk, barbara = enter("anna"), enter("henryk"), enter("barbara")
    anna.get("/start/offer-approval")
    place = anna.post("/start/offer-approval", **OFFER)
    assert "The case is started" in anna.get(place)
    assert "20.01 %" in anna.get(place)

    assert "O/9" in henryk.get("/inbox")
    task = waiting(system, "henryk")["O/9"]
    henryk.get(f"/tasks/{task}")
    assert henryk.post(f"/tasks/{task}/claim") == f"/tasks/{task}?said=claimed"
    assert "This task is yours." in henryk.get(f"/tasks/{task}")
    place = henryk.post(f"/tasks/{task}/complete", head_decision="accept")
    page = henryk.get(place)
    assert "You completed this task" in page
    assert "waits for another system" in page
    assert "O/2" in page  # the next task
    assert "O/9" not in barbara.get("/approvals")


def test_each_wrong_field_says_why_and_values_are_kept(enter: Enter) -> None:
    anna = enter("anna")
    anna.get("/start/offer-approval")
    page = anna.post("/start/offer-approval", 422, client="Hotel & <b>", price="1,234", cost="abc")
    assert _value(page, "client") == "Hotel &amp; &lt;b&gt;"
    assert _value(page, "price") == "1,234"
    assert _value(page, "cost") == "abc"
    for text in (
        "Is this a thousand, or a decimal?",
        "This is not a number.",
        "Please fill in this field.",
        'aria-invalid="true"',
        'href="#field-Field_price"',
    ):
        assert text in page


def test_price_of_nothing_is_refused_at_entry(enter: Enter) -> None:
    anna = enter("anna")
    anna.get("/start/offer-approval")
    page = anna.post("/start/offer-approval", 422, **(OFFER | {"price": "0"}))
    assert "This must be 0.01 or more." in page


def test_extra_fields_never_reach_variables(system: System, enter: Enter) -> None:
    anna = enter("anna")
    anna.get("/start/offer-approval")
    page = anna.post("/start/offer-approval", 422, **OFFER, margin="0.99", route="none")
    assert "This field is not part of the form." in page
    assert "O/9" not in waiting(system, "henryk")


def test_wrong_submission_is_kept_as_draft(system: System, enter: Enter) -> None:
    henryk, task = enter("henryk"), waiting(system, "henryk")["O/2"]
    henryk.get(f"/tasks/{task}")
    page = henryk.post(f"/tasks/{task}/complete", 422, head_decision="refuse")
    assert "Reason for refusing" in page
    page = henryk.get(f"/tasks/{task}")
    assert re.search(r'value="refuse" checked', page)
    assert "Draft of" in page


def test_draft_with_and_without_script(system: System, enter: Enter) -> None:
    henryk, task = enter("henryk"), waiting(system, "henryk")["O/2"]
    henryk.get(f"/tasks/{task}")
    draft = {"head_decision": "refuse", "head_remark": "Two\r\nlines"}
    assert henryk.post(f"/tasks/{task}/draft", **draft) == f"/tasks/{task}?said=draft"
    page = henryk.get(f"/tasks/{task}?said=draft")
    assert "Two\nlines</textarea>" in page
    assert "Your draft is saved." in page
    token = {"X-CSRF-Token": henryk.fields["cw:csrf"][0]}
    answer = henryk.client.post(f"/tasks/{task}/draft", data=draft, headers=token)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Two" not in enter("hugo").get(f"/tasks/{task}")


def test_form_is_drawn_again_while_typing(system: System, enter: Enter) -> None:
    henryk, task = enter("henryk"), waiting(system, "henryk")["O/2"]
    page = henryk.get(f"/tasks/{task}")
    assert "Reason for refusing" not in page
    page = henryk.post(f"/tasks/{task}/form", 200, head_decision="refuse")
    assert "Reason for refusing" in page
    assert "Please fill in this field." not in page


def test_second_press_changes_nothing_and_leads_to_the_same_place(
    system: System, enter: Enter
) -> None:
    henryk, task = enter("henryk"), waiting(system, "henryk")["O/2"]
    henryk.get(f"/tasks/{task}")
    places = {henryk.post(f"/tasks/{task}/complete", head_decision="accept") for _ in range(2)}
    assert places == {f"/tasks/{task}/done"}


def test_the_other_one_is_told_by_whom_and_when(system: System, enter: Enter) -> None:
    henryk, hugo, task = enter("henryk"), enter("hugo"), waiting(system, "henryk")["O/2"]
    henryk.get(f"/tasks/{task}")
    hugo.get(f"/tasks/{task}")
    henryk.post(f"/tasks/{task}/complete", head_decision="accept")
    page = hugo.post(f"/tasks/{task}/complete", 409, head_decision="accept")
    assert "Henryk Zieliński completed this task on 2026-03-02 10:00:00." in page
    assert f'href="/tasks/{task}"' in page
    page = hugo.get(f"/tasks/{task}")
    assert "Henryk Zieliński completed this task" in page
    assert "<button" not in page[page.index('class="split-main"') : page.index("split-side")]
    assert hugo.client.get(f"/tasks/{task}/done").status_code == 200


def test_claimed_by_somebody_else(system: System, enter: Enter) -> None:
    henryk, hugo, task = enter("henryk"), enter("hugo"), waiting(system, "henryk")["O/2"]
    henryk.get(f"/tasks/{task}")
    hugo.get(f"/tasks/{task}")
    henryk.post(f"/tasks/{task}/claim")
    assert "Henryk Zieliński is working" in hugo.post(f"/tasks/{task}/claim", 409)
    assert "Complete the task" not in hugo.get(f"/tasks/{task}")
    assert "O/2" not in hugo.get("/inbox")
    henryk.get(f"/tasks/{task}")
    assert henryk.post(f"/tasks/{task}/give-back").startswith("/inbox")
    assert "O/2" in hugo.get("/inbox")


def test_operator_hands_over(system: System, enter: Enter) -> None:
    olga, task = enter("olga"), waiting(system, "henryk")["O/2"]
    olga.get(f"/tasks/{task}")
    olga.post(f"/tasks/{task}/assign", assignee="hugo")
    assert "Hugo Maj is working on this task" in olga.get(f"/tasks/{task}")
    assert "This task is yours." in enter("hugo").get(f"/tasks/{task}")


def test_incident_is_mended_and_the_case_goes_on(enter: Enter, incident: str) -> None:
    olga = enter("olga")
    page = olga.get(f"/incidents/{incident}")
    assert "Double it" in page
    assert "base * 2" in page
    new = {"cw__new-name": "base", "cw__new-value": "not a value("}
    assert "This is not a value." in olga.post(f"/incidents/{incident}/retry", 422, **new)
    new["cw__new-value"] = "21"
    olga.post(f"/incidents/{incident}/retry", **new)
    assert "Solved" in olga.get(f"/incidents/{incident}")
    assert "Look at it" in enter("barbara").get("/inbox")


def test_operator_edits_values_and_stale_edits_are_refused(system: System, enter: Enter) -> None:
    olga = enter("olga")
    page = olga.get("/cases?search=O/2")
    case = re.search(r"/cases/([0-9a-f-]{36})", page)
    assert case is not None
    path = f"/cases/{case.group(1)}"
    olga.get(path)
    stale = dict(olga.fields)
    edit = {"before.cost": "500", "value.cost": "600.50", "before.price": "1", "value.price": "1"}
    assert olga.post(f"{path}/variables", **edit) == f"{path}?said=variables"
    page = olga.get(path)
    assert "600.5" in page
    assert "You changed values." in page
    olga.fields = {name: values for name, values in stale.items() if name != "cw:key"}
    assert "Somebody changed this meanwhile" in olga.post(f"{path}/variables", 409, **edit)
    olga.get(path)
    assert "This is not a value." in olga.post(
        f"{path}/variables", 422, **{"before.cost": "1", "value.cost": "price +"}
    )


def test_cancelling_needs_a_reason(enter: Enter) -> None:
    olga = enter("olga")
    page = olga.get("/cases?search=O/2")
    case = re.search(r"/cases/([0-9a-f-]{36})", page)
    assert case is not None
    path = f"/cases/{case.group(1)}"
    olga.get(path)
    assert "Please say why" in olga.post(f"{path}/cancel", 422, reason=" ")
    olga.post(f"{path}/cancel", reason="Twice the same")
    page = olga.get(path)
    assert "ended early" in page
    assert "Twice the same" in page


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("?search=nothing+fits", "Nothing fits."),
        ("?view=mine", "You have taken no task."),
        ("?search=bridge%25", "Nothing fits."),
        ("?search=o/2", "O/2"),
    ],
)
def test_inbox_search_and_empty_states(query: str, text: str, enter: Enter) -> None:
    assert text in enter("henryk").get("/inbox" + query)


def test_inbox_of_a_group_of_others_is_not_there(enter: Enter) -> None:
    enter("henryk").get("/inbox?group=board", 404)


def test_administrator_adds_people_and_groups(enter: Enter) -> None:
    ada = enter("ada")
    ada.get("/people")
    person = {"login": "Zofia", "name": "Zofia Żak", "password": "correct horse", "groups": "board"}
    assert "at least 10" in ada.post("/people", 422, **(person | {"password": "short"}))
    ada.post("/people", **person)
    assert "Zofia Żak" in ada.get("/people")
    assert "already a person" in ada.post("/people", 422, **person)
    ada.post("/people/zofia/groups", groups=["sales"])
    assert "Sales" in ada.get("/people/zofia")
    ada.get("/people")
    ada.post("/groups", group="night shift", title="", rights=["start"])
    ada.get("/groups/night%20shift")
    ada.post("/groups/night shift/members", login="zofia")
    assert "Zofia Żak" in ada.get("/groups/night shift")
    ada.post("/people/ada/active", 409, active="0")
