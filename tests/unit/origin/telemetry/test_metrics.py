import json

from prometheus_client import generate_latest

from origin.telemetry.metrics import Metrics, Sample
from origin.telemetry.totals import WorkerTotals


def _said(totals: WorkerTotals) -> list[str]:
    return [line for line in generate_latest(totals).decode().splitlines() if line[0] != "#"]


def _counted(requests: int, *, hits: int = 0, connections: int = 0) -> Metrics:
    metrics = Metrics()
    for _ in range(requests):
        metrics.requests.count("segment", "GET", 200, 100, 0.002)
    for _ in range(hits):
        metrics.requests.series("segment", "GET", 200).hit(100)
    metrics.gauge("open_connections", "Connections.", lambda: connections)
    metrics.store_reads.labels("get", "ok", "1").observe(0.03)
    return metrics


def test_a_report_survives_json_and_says_what_was_counted() -> None:
    totals = WorkerTotals()
    totals.take(1, json.loads(json.dumps(_counted(3, hits=2).report())))
    said = _said(totals)
    assert 'soundbridge_requests_total{class="segment",method="GET",status="200"} 5.0' in said
    assert 'soundbridge_hot_answers_total{class="segment"} 2.0' in said
    assert 'soundbridge_sent_bytes_total{class="segment"} 500.0' in said
    assert 'soundbridge_request_duration_seconds_bucket{class="segment",le="0.0005"} 2.0' in said
    assert 'soundbridge_request_duration_seconds_bucket{class="segment",le="0.0025"} 5.0' in said
    assert 'soundbridge_request_duration_seconds_count{class="segment"} 5.0' in said
    assert (
        'soundbridge_store_read_seconds_count{operation="get",outcome="ok",store="1"} 1.0' in said
    )


def test_workers_are_added_up_and_counters_outlive_them() -> None:
    totals = WorkerTotals()
    totals.take(1, _counted(3, connections=7).report())
    totals.take(2, _counted(4, connections=5).report())
    requests = 'soundbridge_requests_total{class="segment",method="GET",status="200"}'
    assert f"{requests} 7.0" in _said(totals)
    assert "soundbridge_open_connections 12.0" in _said(totals)
    totals.leave(1)
    assert f"{requests} 7.0" in _said(totals)
    assert "soundbridge_open_connections 5.0" in _said(totals)
    totals.take(3, _counted(1).report())
    totals.leave(2)
    totals.leave(3)
    totals.leave(3)
    assert f"{requests} 8.0" in _said(totals)


def test_a_later_report_takes_the_place_of_the_one_before() -> None:
    totals = WorkerTotals()
    metrics = _counted(1)
    totals.take(1, metrics.report())
    metrics.requests.count("segment", "GET", 200, 100, 0.002)
    totals.take(1, metrics.report())
    assert 'soundbridge_requests_total{class="segment",method="GET",status="200"} 2.0' in _said(
        totals
    )


def test_methods_that_nobody_knows_are_one() -> None:
    metrics = Metrics()
    for method in ("BREW", "PROPFIND", "X" * 1000):
        metrics.requests.count("other", method, 405, 1, 0.0)
    (requests, *_) = metrics.report()
    assert [sample[1] for sample in requests[3]] == [
        {"class": "other", "method": "other", "status": "405"}
    ]


def test_what_took_longer_than_any_bucket_is_counted() -> None:
    metrics = Metrics()
    metrics.requests.count("segment", "GET", 200, 1, 1e6)
    totals = WorkerTotals()
    totals.take(1, metrics.report())
    assert 'soundbridge_request_duration_seconds_bucket{class="segment",le="+Inf"} 1.0' in _said(
        totals
    )
    assert 'soundbridge_request_duration_seconds_bucket{class="segment",le="10.0"} 0.0' in _said(
        totals
    )


def test_what_is_told_by_a_label_is_added_up_by_it() -> None:
    totals = WorkerTotals()
    for worker in (1, 2):
        metrics = Metrics()
        metrics.gauges("passed_over_replicas", "Passed over.", "replica", lambda: {"1": 0, "2": 1})
        totals.take(worker, metrics.report())
    assert 'soundbridge_passed_over_replicas{replica="1"} 0.0' in _said(totals)
    assert 'soundbridge_passed_over_replicas{replica="2"} 2.0' in _said(totals)


def test_what_is_no_workers_own_is_not_added_up() -> None:
    totals = WorkerTotals()
    for worker, waiting in ((1, 3), (2, 5)):
        metrics = Metrics()
        said: list[Sample] = [({"kind": "package", "state": "queued"}, waiting)]
        metrics.shared("queue_jobs", "Jobs.", said.copy)
        totals.take(worker, json.loads(json.dumps(metrics.report())))
    sample = 'soundbridge_queue_jobs{kind="package",state="queued"}'
    assert _said(totals) == [f"{sample} 5.0"]
    totals.leave(2)
    assert _said(totals) == [f"{sample} 3.0"]
    assert b"# TYPE soundbridge_queue_jobs gauge" in generate_latest(totals)
