"""Forms in the form-js format: checked at save, shown prefilled, submitted typed."""

from __future__ import annotations

from casewright.forms.field import Field, Option, Text, Validation
from casewright.forms.read import FormProblem, check, load
from casewright.forms.schema import FieldView, FormSchema, FormView, Submission
from casewright.forms.validate import FieldError

__all__ = [
    "Field",
    "FieldError",
    "FieldView",
    "FormProblem",
    "FormSchema",
    "FormView",
    "Option",
    "Submission",
    "Text",
    "Validation",
    "check",
    "load",
]
