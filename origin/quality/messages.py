"""Reports as one process tells them another: what matters of them to a session, as JSON has it."""

from typing import Any

from cdn.cmcd.report import Report


def packed(report: Report) -> list[Any]:
    """Return what matters of a report, but for its session."""
    return [report.bl_ms, report.bs, report.d_ms, report.mtp_kbps, report.pr, report.su]


def unpacked(sid: str, *said: Any) -> Report:
    """Return the report that was packed."""
    bl_ms, bs, d_ms, mtp_kbps, pr, su = said
    return Report(sid=sid, bl_ms=bl_ms, bs=bs, d_ms=d_ms, mtp_kbps=mtp_kbps, pr=pr, su=su)
