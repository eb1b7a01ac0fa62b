"""Casewright: a workflow engine that runs BPMN, DMN and form files durably."""

__version__ = "0.1.0"
