"""What every error is answered with, whichever it is."""

import pytest

from origin.delivery import errors, problem

ERRORS: list[errors.ApiError] = [
    errors.MethodNotAllowed(["GET"]),
    errors.RangeNotSatisfiable(17),
    errors.RequestTimedOut(),
    errors.TargetTooLong(),
    errors.HeadTooLarge(),
    errors.ExpectationFailed(),
    errors.VersionUnsupported(),
    errors.TooManyRequests(7),
    errors.Overloaded(),
    errors.DatabaseUnavailable(),
    errors.IssuerUnavailable(),
    *(
        said("It is so.")
        for said in (
            errors.ApiError, errors.BadRequest, errors.TokenMissing, errors.TokenInvalid,
            errors.TokenForAnother, errors.TokenElsewhere, errors.NotFound, errors.NotAcceptable,
            errors.PreconditionFailed, errors.StoreUnavailable, errors.BrokenObject,
            errors.ShuttingDown, errors.Unimplemented, errors.Unauthenticated,
            errors.CredentialsInvalid, errors.Forbidden, errors.Conflict, errors.Gone,
            errors.Locked, errors.ChecksumMismatch, errors.ContentTooLarge,
            errors.MediaTypeUnsupported,
            errors.Unprocessable,
        )
    ),
]  # fmt: skip
OUR_FAULT = {errors.ApiError, errors.BrokenObject}


def test_all_errors_are_here() -> None:
    here = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    assert {type(error) for error in ERRORS} == {k for k in here if issubclass(k, errors.ApiError)}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_who_is_turned_away_for_now_is_told_until_when(error: errors.ApiError) -> None:
    """RFC 9110 §10.2.3, RFC 6585 §4: with 423, 429 and 503, in seconds, and with no other."""
    answer = problem.answer(error)
    assert (answer.status == 500) == (type(error) in OUR_FAULT)
    expected = {423: "2", 429: "7", 503: "2"}.get(answer.status)
    assert answer.headers.get("Retry-After") == expected
    is_missing = answer.status == 404
    assert answer.headers["Cache-Control"] == ("max-age=5" if is_missing else "no-store")
