"""JSON without guesses: exact decimals both ways, and nothing ambiguous or unstorable in."""

from decimal import Decimal

import simplejson

NUL_ESCAPE = "\\u0000"


def loads(data: bytes) -> object:
    """Read JSON with Decimal for fractions; raise ValueError where two readers may differ.

    That is NaN and Infinity, duplicate keys, other encodings than UTF-8, lone surrogates and NUL
    (neither can be stored), and nesting deeper than the interpreter's stack.
    """
    try:
        value: object = simplejson.loads(
            data.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_unique,
        )
        text = dumps(value)
    except (ArithmeticError, RecursionError):
        raise ValueError("a number or a nesting beyond all bounds") from None
    text.encode()
    if NUL_ESCAPE in text:
        raise ValueError("NUL in a string")
    return value


def dumps(value: object) -> str:
    """Write JSON with each Decimal as a number, digit for digit: 1500.00 stays 1500.00."""
    text: str = simplejson.dumps(value, use_decimal=True, ensure_ascii=False, allow_nan=False)
    return text


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found
