"""SMS.ru as it is simulated, reached without a socket."""

import httpx
import pytest

from portal.sandbox.app import create_app, open_world
from portal.sandbox.settings import read_settings
from portal.sms import SmsRu

KEY = "local.smsru.key"
PATH = "/smsru/sms/send"
START = {"TESTING": True, "SANDBOX_POSTMAN": False}


class SimulatedSmsRu:
    """The simulator through its doors, and our client of it."""

    def __init__(self, app):
        self.client = app.test_client()
        transport = httpx.WSGITransport(app, raise_app_exceptions=False)
        self.ours = SmsRu(f"http://sms.test{PATH}", KEY, transport=transport)

    def asked(self, **form):
        """Send a form as it is, with what is not said right."""
        right = {"api_id": KEY, "to": "79161234567", "msg": "Привет", "json": "1"}
        return self.client.post(PATH, data={**right, **form})

    def plays(self, fault):
        """Order a fault for the next call."""
        order = {"bank": "smsru", "call": "send", "fault": fault}
        assert self.client.post("/_control/faults", json=order).status_code == 200

    @property
    def page(self):
        """What the page of taken SMS shows."""
        return self.client.get("/sms/").text


@pytest.fixture(scope="session")
def sandbox_app():
    app = create_app(START)
    yield app
    app.extensions["sandbox"].store.close()


@pytest.fixture
def smsru(sandbox_app):
    """Give an SMS.ru that has taken nothing yet."""
    sandbox_app.extensions["sandbox"].store.close()
    open_world(sandbox_app, read_settings(START))
    return SimulatedSmsRu(sandbox_app)
