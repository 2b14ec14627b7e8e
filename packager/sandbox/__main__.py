"""The child's program. What it imports is what makes a warm child warm."""

from packager.reading import Reading
from packager.sandbox.child import serve

serve(Reading)
