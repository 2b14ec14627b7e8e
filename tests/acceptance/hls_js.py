"""hls.js out of the page's bundle, alone with an audio element, as tests play with it.

Sound is played once all of it has been loaded, so that no busy processor can starve what plays
four times as fast: a stall is then the sound's own fault. Beside sound that is there, hls.js calls
it a stall, too, where the processor was busy with something else; that is no trouble.
"""

import re
from importlib.resources import files
from typing import Final

DIST: Final = files("origin.web") / "dist"
TROUBLES: Final = """(Hls, hls, audio) => {
    const troubles = [];
    hls.on(Hls.Events.ERROR, (_, {details, fatal}) => {
        const {buffered, currentTime} = audio;
        const isFed = buffered.length === 1 && buffered.end(0) > currentTime + 0.1;
        if (fatal || details !== 'bufferStalledError' || !isFed) troubles.push(details);
    });
    return troubles;
}"""
"""Returns a list of what goes wrong from now on."""
PLAY: Final = """async (Hls, hls, audio) => {
    const failed = new Promise((resolve) =>
        hls.on(Hls.Events.ERROR, (_, {fatal}) => fatal && resolve()));
    const loaded = new Promise((resolve) => hls.once(Hls.Events.BUFFER_EOS, resolve));
    const ended = new Promise((resolve) => audio.addEventListener('ended', resolve));
    await Promise.race([loaded, failed]);
    audio.playbackRate = 4;
    audio.play().catch(() => {});
    await Promise.race([ended, failed]);
}"""
"""Plays from the start until the end, or until nothing more can be done."""


def module() -> str:
    """Return where the bundle has it, under a name with a digest in it."""
    (found,) = (
        each for each in (DIST / "assets").iterdir() if re.fullmatch(r"hls.*\.js", each.name)
    )
    return f"/assets/{found.name}"
