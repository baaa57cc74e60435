"""The project's own files, as the house tests read them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PORTAL = sorted((ROOT / "portal").rglob("*.py"))
PYTHON = [ROOT / "app.py", *PORTAL, *sorted((ROOT / "tests").rglob("*.py"))]
PAGES = sorted((ROOT / "templates").rglob("*.html")) + sorted(
    (ROOT / "portal" / "sandbox" / "templates").rglob("*.html")
)
FRAGMENTS = [page for page in PAGES if page.name.startswith("_")]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def named(path: Path) -> str:
    """Name a file as a person would open it."""
    return str(path.relative_to(ROOT))


def lines_of(path: Path) -> list[str]:
    """Return the lines of a file."""
    return path.read_text().splitlines()


def functions(path: Path) -> Iterator[Function]:
    """Yield every function and method of a module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Count the lines from ``def`` to the end, decorators left out."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_view(function: Function) -> bool:
    """Tell whether ``bp.get`` or ``bp.post`` decorates the function."""
    return any(
        isinstance(decorator, ast.Call) and ast.unparse(decorator.func).startswith("bp.")
        for decorator in function.decorator_list
    )


def string_arguments(path: Path, function: str, position: int) -> Iterator[str]:
    """Yield what stands at a position of every call of a function; raise when it is no literal."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == function:
            yield str(ast.literal_eval(node.args[position]))
