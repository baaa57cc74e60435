"""What every HTML page must be, whatever it says; every page that a test opens is looked at."""

import re
from collections import Counter
from functools import cache
from xml.etree.ElementTree import Element

import html5lib
from flask import Response

from portal.domain.search import fold

SITE = " — Понимаю · Платежи"
#: What differs in each answer is left out, so that equal pages are looked at once.
PER_REQUEST = re.compile(
    r"(?<=<code>)[0-9a-f]{16}(?=</code>)|(?<![\w-])[\w-]{40,}+\.[\w-]{6}\.[\w-]{20,}"
    r"|(?<=next=)[\w%.-]+|(?<=\"next\" value=\")[^\"]+"
)
#: These need no label of their own: nobody sees them, or their words are on them.
UNLABELLED = {"hidden", "submit", "button"}
#: Fragments and pages in components carry state of htmx; attributes that hold code are never ours.
CODE = re.compile(r"on[a-z]+|hx-on.*|style")


def require_sound(answer: Response) -> None:
    """Raise when an answer is a page or a fragment with a fault in it."""
    if answer.mimetype != "text/html" or not answer.data or answer.location:
        return
    text = PER_REQUEST.sub("", answer.get_data().decode("utf-8"))
    is_page = text.lstrip().lower().startswith("<!doctype html>")
    found = page_faults(text) if is_page else fragment_faults(text)
    assert found == [], found
    assert answer.content_type == "text/html; charset=utf-8"


@cache
def page_faults(text: str) -> list[str]:
    """Name what is wrong with a whole page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(text)
    errors = [f"{place}: {code} {facts}" for place, code, facts in parser.errors]
    heads = [words(head) for head in root.iter("h1")]
    titles = [words(title) for title in root.findall("head/title")]
    if root.get("lang") != "ru":
        errors.append("lang is not ru")
    if len(heads) != 1 or len(titles) != 1:
        errors.append(f"headings {heads}, titles {titles}")
    elif not titles[0].endswith(SITE) or not stems(heads[0]) & stems(titles[0]):
        errors.append(f"title «{titles[0]}» does not fit heading «{heads[0]}»")
    return errors + faults_anywhere(root)


@cache
def fragment_faults(text: str) -> list[str]:
    """Name what is wrong with a part of a page; rows and their like are parsed as in a table."""
    where = "tbody" if text.lstrip().startswith("<tr") else "div"
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parseFragment(text, container=where)
    return [f"{place}: {code}" for place, code, _ in parser.errors] + faults_anywhere(root)


def faults_anywhere(root: Element) -> list[str]:
    """Name what may stand neither in a page nor in a fragment."""
    ids = Counter(node.get("id") for node in root.iter() if node.get("id"))
    labelled = {label.get("for") for label in root.iter("label")}
    fields = [node for tag in ("input", "select", "textarea") for node in root.iter(tag)]
    return [
        *(f"id {name} stands {count} times" for name, count in ids.items() if count > 1),
        *(f"no label: {field.attrib}" for field in fields if not is_labelled(field, labelled)),
        *(f"no action: {form.attrib}" for form in root.iter("form") if not form.get("action")),
        *(f"inline script: {node.text}" for node in root.iter("script") if not node.get("src")),
        *("inline style" for _ in root.iter("style")),
        *(
            f"code in {name} of {node.tag}"
            for node in root.iter()
            for name in node.attrib
            if isinstance(name, str) and CODE.fullmatch(name)
        ),
    ]


def is_labelled(field: Element, labelled: set[str | None]) -> bool:
    """Tell whether a person hears what a field is for."""
    if field.get("type") in UNLABELLED or field.get("aria-label"):
        return True
    return field.get("id") in labelled


def words(node: Element) -> str:
    """Return the text of an element in one line."""
    return " ".join("".join(node.itertext()).split())


def stems(text: str) -> set[str]:
    """Return the beginnings of the words, so that «платёж» and «Платежи» are one."""
    return {word[:5] for word in re.findall(r"[\w.@+-]{4,}|№ \d+", fold(text))}


def form_token(text: str) -> str:
    """Return the CSRF token that every page carries."""
    return re.search(r'name="csrf-token" content="([^"]+)"', text)[1]
