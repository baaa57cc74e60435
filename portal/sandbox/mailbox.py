"""The mailbox of the local stack: letters that the portal has left in a folder, newest first."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import Blueprint, Response, abort, render_template
from pydantic import BaseModel

from portal.sandbox.world import current_world

SHOWN = 100
NAME = ".eml"
#: A letter is shown as its reader would see it, and may do nothing.
SANDBOXED = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"

mailbox = Blueprint("mailbox", __name__)


class SeenLetter(BaseModel):
    """A letter as the list shows it."""

    name: str
    to: str
    subject: str
    date: str
    text: str


def _folder() -> Path:
    return Path(current_world().settings.mail)


def _read(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the default policy makes EmailMessage")
    return message


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""


def _seen(path: Path) -> SeenLetter:
    message = _read(path)
    return SeenLetter(
        name=path.stem,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        date=str(message["Date"]),
        text=_part(message, "plain"),
    )


@mailbox.get("/mail/")
def show_letters() -> str:
    """Show the newest letters with their plain text."""
    paths = sorted(_folder().glob(f"*{NAME}"), key=lambda path: path.stat().st_mtime, reverse=True)
    return render_template("sandbox/mail.html", letters=[_seen(path) for path in paths[:SHOWN]])


@mailbox.get("/mail/<string:name>")
def show_html(name: str) -> Response:
    """Show the HTML part of a letter; its links work, nothing else does."""
    path = next((path for path in _folder().glob(f"*{NAME}") if path.stem == name), None)
    if path is None:
        abort(404)
    answer = Response(_part(_read(path), "html"), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = SANDBOXED
    return answer
