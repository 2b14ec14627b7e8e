"""What is said to sign in and out."""

from pydantic import Field

from origin.companion.api.models import Asked, Given, Id, Moment, Taken


class SignIn(Taken):
    """What a one-time link holds, unless `Authorization` shows an identity provider's token."""

    token: str | None = Field(
        None, min_length=1, max_length=128, description="What is behind `#` in the link."
    )


class SignOut(Asked):
    """Where to sign out."""

    everywhere: bool = Field(default=False, description="In all browsers, not in this one alone.")


class Session(Given):
    """Who is signed in, until when at most; a week without a request ends it, too."""

    user_id: Id
    expires_at: Moment
