"""Traces to a collector that speaks OTLP, and a server where there is none."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.functional.asking import ask, get
from tests.functional.supervising import supervised, until
from tests.servers.soundbridge import TIMEOUT_S
from tests.sources.published import PublishedAsset

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


@dataclass
class Collector:
    """What was sent to it; ``url`` is for OTEL_EXPORTER_OTLP_ENDPOINT."""

    url: str = ""
    sent: list[ExportTraceServiceRequest] = field(default_factory=list)

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.sent
            for of_resource in request.resource_spans
            for of_scope in of_resource.scope_spans
            for span in of_scope.spans
        ]

    @property
    def services(self) -> set[str]:
        return {
            attribute.value.string_value
            for request in self.sent
            for of_resource in request.resource_spans
            for attribute in of_resource.resource.attributes
            if attribute.key == "service.name"
        }


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            collector.sent.append(ExportTraceServiceRequest.FromString(content))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    collector.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def refusing() -> Iterator[str]:
    """Run a store that lets nobody in."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(403)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _attributes(span: Span) -> dict[str, str | int]:
    return {
        attribute.key: attribute.value.string_value or attribute.value.int_value
        for attribute in span.attributes
    }


def test_a_request_and_its_reads_are_one_trace(
    folder: Path, asset: PublishedAsset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        with supervised(folder, tmp_path / "log") as server:
            traced = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-Id": "edge-7"}
            request = Request(f"{server.url}{asset.path}/128k/00000.m4s?sid=secret", headers=traced)  # noqa: S310 -- http on loopback
            urlopen(request, timeout=TIMEOUT_S).close()  # noqa: S310
            until(lambda: any(span.kind == Span.SPAN_KIND_SERVER for span in collector.spans))
            (folder / "entry" / "first-light.json").write_text("no JSON")
            with pytest.raises(OSError, match="500"):
                server.get("/first-light.m3u8")
        spans = collector.spans
    assert collector.services == {"soundbridge"}
    first, broken = [span for span in spans if span.kind == Span.SPAN_KIND_SERVER]
    assert first.name == "GET /media/{asset_id}/{revision}/{name}"
    assert (first.trace_id.hex(), first.parent_span_id.hex()) == (TRACE, PARENT)
    told = _attributes(first)
    assert told["http.response.status_code"] == 200
    assert told["soundbridge.request_id"] == "edge-7"
    assert "secret" not in str(spans)
    reads = [span for span in spans if span.name == "store get" and span.trace_id == first.trace_id]
    assert reads
    assert {span.parent_span_id for span in reads} <= {first.span_id}
    assert broken.status.code == Status.STATUS_CODE_ERROR


@pytest.mark.long
def test_a_collector_that_is_away_holds_nothing_up(
    folder: Path, asset: PublishedAsset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    with supervised(folder, tmp_path / "log") as server:
        assert server.get(f"{asset.path}/128k/init.mp4") == asset.contents["128k/init.mp4"]
        log = server.stop()
    assert server.process.returncode == 0
    assert "Traceback" not in log
    assert not server.events("worker did not end in time")


def test_nothing_of_it_is_loaded_where_nobody_collects(
    folder: Path, asset: PublishedAsset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del asset
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", raising=False)
    with supervised(folder, tmp_path / "log") as server:
        for pid in server.workers:
            assert "google/_upb" not in Path(f"/proc/{pid}/maps").read_text()


def test_a_span_tells_what_is_known_and_no_secrets(
    folder: Path, asset: PublishedAsset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jwt = "eyJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"
    traced = (f"traceparent: 00-{TRACE}-{PARENT}-01", f"tracestate: vendor={jwt}")
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        with supervised(folder, tmp_path / "log") as server, closing(server.connect()) as client:
            assert ask(client, get(f"{asset.path}/128k/00000.m4s", *traced)).status == 200
            malformed = ("tracestate: of nobody, hidden", "baggage: of nobody, hidden")
            assert ask(client, get("/no/such/place", *traced[:1], *malformed)).status == 404
        spans = [span for span in collector.spans if span.kind == Span.SPAN_KIND_SERVER]
    assert "hidden" not in (tmp_path / "log").read_text()
    assert jwt not in str(collector.sent)
    first, nowhere = spans
    assert (first.trace_id.hex(), first.parent_span_id.hex()) == (TRACE, PARENT)
    assert first.trace_state == ""
    assert nowhere.name == "GET"
    assert "http.route" not in _attributes(nowhere)


def test_an_error_of_the_store_is_told_by_its_kind_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK would send its traceback, and those of its causes, which have the store's URL."""
    with collecting() as collector, refusing() as store_url:
        for name, value in {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "AWS_ENDPOINT_URL": store_url.replace("//", "//user:S3CRET@"),
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
        }.items():
            monkeypatch.setenv(name, value)
        with supervised("s3://bucket", tmp_path / "log") as server:
            with pytest.raises(OSError, match="503"):
                server.get("/first-light.m3u8")
            until(lambda: any(span.name == "store get" for span in collector.spans))
        reads = [span for span in collector.spans if span.name == "store get"]
    assert "S3CRET" not in str(collector.spans)
    assert "S3CRET" not in (tmp_path / "log").read_text()
    assert reads[0].status.code == Status.STATUS_CODE_ERROR
    assert _attributes(reads[0])["error.type"]
    assert not reads[0].events


def test_settings_that_opentelemetry_cannot_read_are_not_quoted(
    folder: Path, asset: PublishedAsset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9/?k=S3CRET")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "Authorization: Bearer S3CRET")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    log = tmp_path / "log"
    with supervised(folder, log) as server:
        server.get(f"{asset.path}/128k/init.mp4")
        until(lambda: "Failed to export" in log.read_text())
    assert "Header format invalid!" in log.read_text()
    assert "S3CRET" not in log.read_text()
