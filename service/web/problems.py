"""Errors as problem details for a program (RFC 9457), with the titles that pages use too."""

from typing import Any

from fastapi.responses import JSONResponse

TITLES = {
    400: "That did not make sense",
    401: "Sign in first",
    403: "Your role does not include this",
    404: "Page not found",
    405: "That cannot be done here",
    409: "Somebody was there first",
    413: "The selected file is too large",
    422: "Something in the form needs changing",
    429: "Too many at once",
    500: "Something went wrong on our side",
    503: "The service is resting",
}


def problem(status: int, detail: str, **extra: Any) -> JSONResponse:
    """Return problem details (RFC 9457)."""
    body = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status, "detail": detail, **extra}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")
