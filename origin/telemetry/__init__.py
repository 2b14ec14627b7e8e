"""What a server tells of itself: log lines, metrics, and traces where somebody collects them.

None of it may slow an answer or fail one. Log lines go through a bounded buffer that another thread
writes out (``log_stream``): where nobody takes them, they are dropped and counted. Metrics are
plain numbers in each process, which are made into Prometheus's only when its worker reports, once a
second (``metrics``); the supervisor adds them up over workers that live and that have ended
(``totals``) and serves them at an address of their own. ``tracing`` is imported where OpenTelemetry
is wanted, and not otherwise.

One ``Telemetry`` belongs to a process that serves (``process``).
"""
