"""What the portal writes to people by e-mail; the words of each letter are templates."""

from enum import StrEnum


class LetterKind(StrEnum):
    """Why a letter is written."""

    ACCESS_LINK = "access_link"
    ACCESS_CHANGED = "access_changed"


#: Seconds until the next try after each failure; after the last one nobody tries again.
RETRY_SECONDS = (30, 120, 600, 3600, 6 * 3600)
