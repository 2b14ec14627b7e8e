"""``python -m packager.tune > tune.wav``."""

import sys

from packager.tune import tune_wav

sys.stdout.buffer.write(tune_wav())
