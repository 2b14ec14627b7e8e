"""Vouching for what is kept: what the hot path gives is what ``Answers`` would say, to the letter.

Events and time are looked at for every request, and each is counted as any other.
"""

from dataclasses import dataclass

from origin.companion.api.admission import Admission
from origin.companion.api.budgets import BudgetSpent
from origin.companion.api.said import Said
from origin.companion.caching.answers import Answers
from origin.companion.caching.policy import Keeping


@dataclass(frozen=True, slots=True)
class Vouching:
    """Vouches for one answer (``origin.delivery.live.Voucher``)."""

    answers: Answers
    admission: Admission
    key: str
    keeping: Keeping
    said: Said

    @property
    def held_bytes(self) -> int:
        """What was said, as it is not compressed: others may hold it no more."""
        return len(self.said.content or b"")

    def stands(self) -> bool:
        """Tell whether the same would be said now."""
        return self.answers.at_hand(self.key, self.keeping) is self.said

    def admit(self, peer: str, forwarded_for: str | None, unix_s: float) -> str | None:
        """Count a request; return the lines of what is left of a budget, None for one too many."""
        try:
            use = self.admission.admit_nobody(peer, forwarded_for, unix_s)
        except BudgetSpent:
            return None
        if use is None:
            return ""
        return "".join(f"{name}: {value}\r\n" for name, value in use.headers.items())
