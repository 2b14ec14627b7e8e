"""Which checks there are, by what a server was given."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from origin.checkup.bucket import look_at_bucket, look_at_uploads
from origin.checkup.cache import look_at_cache
from origin.checkup.codecs import look_at_codecs
from origin.checkup.database import look_at_database
from origin.checkup.disk import look_at_folder
from origin.checkup.purgers import look_at_purger
from origin.checkup.replicas import look_at_replica
from origin.checkup.running import Check
from origin.checkup.stores import look_at_store
from origin.stores.opening import local_path

_BUCKETS: Final = ("s3://", "s3a://")


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at; ``state`` is None where stores are served without API.

    ``makes_store`` tells whether the store is the state folder's own, which ``serve`` makes.
    ``origins`` are the sites whose pages use the API beside the server's own, and ``purge`` names
    CDNs.
    """

    stores: tuple[str, ...]
    state: Path | None
    database: str | None
    cache: str | None
    least_free_bytes: int
    makes_store: bool = False
    origins: tuple[str, ...] = ()
    replicas: tuple[str, ...] = ()
    purge: tuple[str, ...] = ()


def checks_of(patient: Patient) -> Sequence[Check]:
    """Return what is to be looked at, what everything else stands on first."""
    cdns = [Check("purge", partial(look_at_purger, url)) for url in patient.purge]
    return [*_of_stores(patient), *_of_rows(patient), *cdns, *_of_machine(patient)]


def _of_stores(patient: Patient) -> list[Check]:
    checks = []
    for number, store in enumerate(patient.stores):
        is_written = number == 0 and patient.state is not None
        look = partial(look_at_store, store, is_written=is_written, is_made=patient.makes_store)
        checks.append(Check("store", look))
        if store.startswith(_BUCKETS):
            checks.append(Check("bucket", partial(look_at_bucket, store)))
            if is_written:
                uploads = partial(look_at_uploads, store, patient.origins)
                checks.append(Check("bucket", uploads))
    return checks


def _of_rows(patient: Patient) -> list[Check]:
    checks = []
    if patient.state is not None:
        look = partial(look_at_database, patient.state, patient.database)
        checks.append(Check("database", look))
    if patient.database is not None:
        checks += [
            Check("replica", partial(look_at_replica, url, patient.database))
            for url in patient.replicas
        ]
    if patient.cache is not None:
        checks.append(Check("cache", partial(look_at_cache, patient.cache)))
    return checks


def _of_machine(patient: Patient) -> list[Check]:
    folders = [] if patient.state is None else [patient.state]
    folders += [path for path in map(local_path, patient.stores) if path is not None]
    return [
        Check("codecs", look_at_codecs),
        *(
            Check("disk", partial(look_at_folder, folder, patient.least_free_bytes))
            for folder in folders
        ),
    ]
