"""The way out for letters: a mail server, or a folder on the local stack."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

TIMEOUT_SECONDS = 15


class NotSent(Exception):
    """The mail server did not take the letter; the text says why, without people's addresses."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter as the receiver sees it."""

    sender: str
    to: str
    subject: str
    text: str
    html: str


def message_of(mail: Mail) -> EmailMessage:
    """Return the letter with a plain and an HTML part; raise NotSent for odd headers."""
    message = EmailMessage()
    try:
        message["From"], message["To"], message["Subject"] = mail.sender, mail.to, mail.subject
    except ValueError as error:
        raise NotSent(f"header: {error}") from None
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain="ponimayu.local")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def put_into(folder: Path, mail: Mail) -> None:
    """Leave the letter as a file in a folder: the local stack has no mail server."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = folder / f".{uuid4().hex}"
    unfinished.write_bytes(message_of(mail).as_bytes())
    unfinished.rename(folder / f"{uuid4().hex}.eml")


def send(url: str, mail: Mail) -> None:
    """Give the letter to the mail server at ``smtp://user:password@host:587`` or ``smtps://…:465``.

    ``smtp`` demands STARTTLS unless the server is on this machine. Raises NotSent.
    """
    server = urlsplit(url)
    host, tls = server.hostname or "localhost", ssl.create_default_context()
    try:
        with _connect(server.scheme, host, server.port, tls) as connection:
            if server.scheme == "smtp" and host not in ("localhost", "127.0.0.1", "::1"):
                connection.starttls(context=tls)
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(message_of(mail))
    except smtplib.SMTPRecipientsRefused:
        raise NotSent("the address was refused") from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(type(error).__name__) from None


def _connect(scheme: str, host: str, port: int | None, tls: ssl.SSLContext) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS, context=tls)
    return smtplib.SMTP(host, port or 587, timeout=TIMEOUT_SECONDS)
