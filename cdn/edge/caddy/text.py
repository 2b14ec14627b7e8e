"""How a Caddyfile is written: as ``caddy fmt`` would."""


def block(head: str, *lines: str) -> str:
    """Return a block; what stands in it is a tab farther to the right."""
    inner = "\n".join(lines).split("\n")
    return "\n".join(
        [f"{head} {{".strip(), *(f"\t{line}" if line else line for line in inner), "}"]
    )


def quoted(text: str) -> str:
    """Return a text in which nothing is escaped; raises ValueError for what has a backtick."""
    if "`" in text:
        raise ValueError(text)  # the policy has none such
    return f"`{text}`"
