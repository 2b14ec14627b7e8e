"""What a source is, as its headers and packets describe it: values, for whoever decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Probe:
    """A source as its headers and packets describe it; all counts are in its own sample rate.

    ``samples`` is the predicted number per channel; ``promised_samples`` what a trustworthy header
    declares, None where there is none. ``ends_early`` tells that the container cuts the end of what
    the decoder yields (ISO/IEC 14496-12 sample durations), which libavcodec leaves to us.
    """

    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    bits_per_sample: int | None
    bitrate_bps: int | None
    lossless: bool
    samples: int
    promised_samples: int | None
    ends_early: bool
    notes: tuple[str, ...] = ()
