"""What REDbot has to say about URLs: a program, since its event loop is its process's only one.

``python -m tests.conformance.redbot_says --as=[AUTHORIZATION] URL...`` asks for each as REDbot does
(then again with conditions, ranges and other codings), and prints what it found as JSON, in their
order: the status, the cache tags, and its notes.
"""

import json
import sys
from configparser import ConfigParser
from typing import Any, Final

import thor
import thor.loop
from redbot.resource import HttpResource

LOOK_EVERY_S: Final = 0.002
"""How late its loop may do what was scheduled. A tenth of a second usually, at each step."""


def main(authorization: str, urls: list[str]) -> None:
    """Ask for one URL after the other."""
    headers = [("Authorization", authorization)] if authorization else []
    config = ConfigParser()
    config.read_dict({"redbot": {"enable_local_access": "True"}})
    thor.loop._loop.precision = LOOK_EVERY_S  # noqa: SLF001 of the only loop there is
    said: list[dict[str, Any]] = []
    waiting = list(urls)

    def go_on() -> None:
        if not waiting:
            thor.stop()
            return
        resource = HttpResource(config["redbot"])
        resource.set_request(waiting.pop(0), headers=headers)
        resource.once("check_done", lambda: finish(resource))
        resource.check()

    def finish(resource: HttpResource) -> None:
        fields = {name.lower(): value for name, value in resource.response.headers.text}
        said.append(
            {
                "status": resource.response.status_code,
                "tags": fields.get("cache-tag", ""),
                "notes": notes_of(resource),
            }
        )
        thor.schedule(0, go_on)

    thor.schedule(0, go_on)
    thor.run()
    json.dump(said, sys.stdout)


def notes_of(resource: HttpResource) -> list[dict[str, str]]:
    """Return the notes on a resource, its failure among them."""
    notes: list[Any] = list(resource.response.notes)
    found = [
        {
            "level": note.level.value,
            "name": type(note).__name__,
            "subject": note.subject,
            "summary": str(note.summary),
        }
        for note in notes
    ]
    if resource.fetch_error is not None:
        failure = repr(resource.fetch_error)
        found.append({"level": "bad", "name": "FETCH_ERROR", "subject": "", "summary": failure})
    return found


if __name__ == "__main__":
    main(sys.argv[1].removeprefix("--as="), sys.argv[2:])
