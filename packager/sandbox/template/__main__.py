"""The template's program. What it imports is what its children need not."""

from packager.reading import Reading
from packager.sandbox.template import serve_copies

serve_copies(Reading)
