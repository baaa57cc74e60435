"""The payer of the demo data: pays at the simulator by its control address, as a person would."""

from urllib.parse import quote
from urllib.request import Request, urlopen

from portal.domain.payments import PaymentMethod


class SimulatedPayer:
    """Plays the payer of the local stack; without a simulator nobody pays."""

    def __init__(self, sandbox_url: str) -> None:
        self._url = sandbox_url.rstrip("/")

    @property
    def is_there(self) -> bool:
        """Whether there is a simulator to pay at."""
        return self._url.startswith("http://127.0.0.1")

    def pay(self, operation_id: str, method: PaymentMethod) -> None:
        """Pay a link at the simulated bank."""
        path = f"/_control/tochka/operations/{quote(operation_id)}/pay?type={method.value}"
        request = Request(f"{self._url}{path}", method="POST")
        with urlopen(request, timeout=10):
            pass
