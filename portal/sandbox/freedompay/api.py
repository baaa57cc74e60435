"""The simulated Freedom Pay as one set of addresses under `/freedompay`."""

from flask import Flask

from portal.sandbox.freedompay.cards import cards
from portal.sandbox.freedompay.counter import counter
from portal.sandbox.freedompay.pages import pages
from portal.sandbox.freedompay.payments import payments


def add_freedompay(app: Flask) -> None:
    """Serve the bank, its hosted pages and its counter."""
    for part in (payments, cards, pages, counter):
        app.register_blueprint(part)
