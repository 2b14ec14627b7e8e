"""How texts are written in Fastly's VCL."""

import re


def quoted(text: str) -> str:
    """Return a text, or a pattern, as VCL has it: what begins escapes there is escaped.

    ``%22`` is a quote (VCL reference, "String").
    """
    if re.search(r"[\n\r]", text):
        raise AssertionError("this cannot stand in a text of VCL as it is")
    return '"' + text.replace("%", "%25").replace('"', "%22") + '"'
