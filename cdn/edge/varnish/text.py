"""How texts are written in VCL."""


def quoted(text: str) -> str:
    """Return a text as VCL has it, where nothing in a long string is escaped.

    Raises ValueError for what cannot be written so; there is none in the policy.
    """
    for opened, closed in (('{"', '"}'), ('"""', '"""')):
        if closed not in f"{text}{closed[:-1]}" and "\n" not in text:
            return f"{opened}{text}{closed}"
    raise ValueError(text)
