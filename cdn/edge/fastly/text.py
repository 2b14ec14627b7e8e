"""How texts are written in Fastly's VCL."""


def quoted(text: str) -> str:
    """Return a text, or a pattern, as VCL has it: what begins escapes there is escaped.

    ``%22`` is a quote (VCL reference, "String"). Raises ValueError for what has several lines;
    there is none such in the policy.
    """
    if "\n" in text or "\r" in text:
        raise ValueError(text)
    return '"' + text.replace("%", "%25").replace('"', "%22") + '"'
