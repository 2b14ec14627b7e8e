"""What Prometheus would read of a server."""

from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from tests.functional.supervising import Server, until
from tests.servers.soundbridge import TIMEOUT_S

HOT_PAGES = "soundbridge_hot_answers_total,class=page"


def metrics(server: Server) -> dict[str, float]:
    """Return all samples, by what they are written as."""
    (event,) = until(lambda: server.events("metrics served"))
    return samples(event["url"])


def samples(url: str) -> dict[str, float]:
    """Return what is served there."""
    with urlopen(url, timeout=TIMEOUT_S) as response:  # noqa: S310 -- http on loopback
        text = response.read().decode()
    return {
        sample.name
        + "".join(f",{name}={value}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
