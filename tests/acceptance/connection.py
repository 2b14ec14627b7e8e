"""A connection that Chromium is told to have: CDP's own throttle of what it asks next."""

from typing import Final

from playwright.sync_api import CDPSession, Page

_NO_LIMIT: Final = -1


class Connection:
    """What is between a page and its server, and what it runs on; as they are at first."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("Network.enable")

    def becomes(self, *, down_bps: int | None = None, round_trip_s: float = 0) -> None:
        """Give ``down_bps`` bits per second, and let each answer begin so much later."""
        self._session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": round_trip_s * 1000,
                "downloadThroughput": _NO_LIMIT if down_bps is None else down_bps / 8,
                "uploadThroughput": _NO_LIMIT,
            },
        )

    def slow_down(self, times: float) -> None:
        """Have the page's processor be so many times as slow."""
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": times})
