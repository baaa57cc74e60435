"""What was typed into the search box: tokens, operators, and what could not be understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.domain.search import MAX_QUERY_CHARACTERS, Piece, Token, pieces
from portal.web.search_words import NAMES, Meaning, Reader, meant


@dataclass(frozen=True, slots=True)
class Applied:
    """Something that the query does, in words, and the query without it."""

    words: str
    rest: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An operator that was not understood, and the queries that may have been meant."""

    typed: str
    as_text: str
    guess: str
    guessed: str


@dataclass(frozen=True, slots=True)
class Search:
    """A query read with the operators of one list; errors never empty the list."""

    tokens: Sequence[Token]
    params: Mapping[str, str]
    applied: Sequence[Applied]
    problems: Sequence[Problem]
    names: Sequence[str]


def read_search(query: str, readers: Mapping[str, Reader]) -> Search:
    """Read a query; what is half typed («статус:») or not understood filters nothing."""
    found = pieces(query)
    texts = [piece for piece in found if not piece.name]
    understood, problems = [], []
    for piece in found:
        meaning = _meaning(piece, readers)
        if meaning is not None:
            understood.append((piece, meaning))
        elif piece.name and piece.value:
            problems.append(_problem(piece, found, readers))
    params: dict[str, str] = {}
    for _, meaning in understood:
        params.update(meaning.params)
    tokens = [piece.token for piece in texts]
    tokens += [meaning.token for _, meaning in understood if meaning.token is not None]
    return Search(tokens, params, _applied(texts, understood, found), problems, tuple(readers))


def _meaning(piece: Piece, readers: Mapping[str, Reader]) -> Meaning | None:
    read = readers.get(NAMES.get(piece.name, piece.name))
    is_whole = bool(piece.value) and not piece.is_excluded
    return read(piece.value) if read is not None and is_whole else None


def _applied(
    texts: Sequence[Piece], understood: Sequence[tuple[Piece, Meaning]], found: Sequence[Piece]
) -> Sequence[Applied]:
    words = _joined(texts)
    shown = [Applied(f"поиск: {words}", _without(found, *texts))] if texts else []
    return shown + [
        Applied(f"{piece.name}: {meaning.words}", _without(found, piece))
        for piece, meaning in understood
    ]


def _problem(piece: Piece, found: Sequence[Piece], readers: Mapping[str, Reader]) -> Problem:
    rest = _without(found, piece)
    is_known = NAMES.get(piece.name, piece.name) in readers
    guess = "" if is_known else meant(piece.name, readers)
    text = piece.typed.replace('"', "")
    guessed = f'{rest} {guess}:"{piece.value}"'.strip() if guess else ""
    return Problem(piece.typed, f'{rest} "{text}"'.strip()[:MAX_QUERY_CHARACTERS], guess, guessed)


def _without(found: Sequence[Piece], *gone: Piece) -> str:
    return _joined([piece for piece in found if not any(piece is one for one in gone)])


def _joined(found: Sequence[Piece]) -> str:
    return " ".join(piece.typed for piece in found)
