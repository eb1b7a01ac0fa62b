"""Commands: the one write path. A module a noun, each command beside its handler.

`unit.run(command, principal)` is the only door: one transaction in which the handler
decides, `bpmn.step` moves the case, `store.apply` writes rows and journal, and one COMMIT.
"""
