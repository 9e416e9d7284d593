"""What the library leaves out of the description of the API: how to sign a call, and how every error looks."""

from __future__ import annotations

from typing import Any

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "An error as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, in a sentence."},
        "clause": {"type": "string", "description": "The clause of the policy that says no, where one does."},
        "errors": {
            "type": "array",
            "description": "With 422: each value that cannot be understood.",
            "items": {
                "type": "object",
                "required": ["at", "says"],
                "properties": {"at": {"type": "string"}, "says": {"type": "string"}},
            },
        },
    },
}

_ERRORS = {
    "401": "No valid token was sent",
    "403": "This token was not made for that",
    "404": "There is no such thing, or the token's agent may not see it",
    "422": "A value cannot be understood",
    "429": "Too many requests with this token; Retry-After says how many seconds to wait",
    "503": "The database is away; Retry-After says how many seconds to wait",
}
_OF_ONE_THING = "404"


# `Any`: an OpenAPI document.
def completed(schema: dict[str, Any]) -> dict[str, Any]:
    """The description with the bearer token and the errors of every call."""
    parts = schema["components"]
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    parts["schemas"]["Problem"] = _PROBLEM
    schema["security"] = [{"token": []}]
    for address, calls in schema["paths"].items():
        for call in calls.values():
            call["responses"] |= {
                status: _error(status, says)
                for status, says in _ERRORS.items()
                if "{" in address or status != _OF_ONE_THING
            }
    return schema


def _error(status: str, says: str) -> dict[str, Any]:
    """One error of a call."""
    body = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answer: dict[str, Any] = {"description": says, "content": body}
    if status == "401":
        answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    if status == "429":
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return answer
