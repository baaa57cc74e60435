"""Where a browser may be sent after signing in: only to pages of this portal."""

import re

_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,2000}")


def safe_path(wanted: str | None, fallback: str) -> str:
    """Return ``wanted`` when it is a path of ours, else ``fallback`` (reliability.md R147-R157).

    Anything that a browser could read as another host is refused: a second slash, a backslash,
    white space or control characters anywhere, also hidden by percent-encoding.
    """
    if not wanted or not _LOCAL.fullmatch(wanted):
        return fallback
    hidden = wanted.lower()
    if any(code in hidden[:12] for code in ("%2f", "%5c", "%09", "%0a", "%0d")):
        return fallback
    return fallback if wanted.startswith(("/sign-in", "/sign-out")) else wanted
