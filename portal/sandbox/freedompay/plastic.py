"""The official test cards and what they do (freedompay.md §12), and a few that are ours."""

from pydantic import BaseModel


class CardBehaviour(BaseModel):
    """What happens to a card: at the page, afterwards, and when the bank is to keep it."""

    pan: str
    country: str = "KZ"
    is_3ds: bool = False
    is_authorised: bool = True
    is_captured: bool = True
    is_cancelled: bool = True
    is_refunded: bool = True
    is_kept: bool = True
    failure_code: str = "99999"
    process_seconds: float = 0
    is_direct_lost: bool = False
    hint: str = ""

    @property
    def brand(self) -> str:
        """The bank's short word for the card system."""
        return {"2": "MIR", "4": "VI", "5": "MC", "6": "UP"}.get(self.pan[0], "??")

    @property
    def masked(self) -> str:
        """The number as the bank shows it: 4111-11XX-XXXX-1111."""
        return f"{self.pan[:4]}-{self.pan[4:6]}XX-XXXX-{self.pan[-4:]}"


_OFFICIAL = [
    CardBehaviour(
        pan="4716047261941981", is_cancelled=False, hint="платит, возвращает, сохраняется"
    ),
    CardBehaviour(
        pan="4916307416334310",
        is_3ds=True,
        is_cancelled=False,
        is_refunded=False,
        hint="с кодом 3-D Secure; возврат не пройдёт",
    ),
    CardBehaviour(
        pan="5367654276102126", is_3ds=True, is_captured=False, hint="списание не пройдёт"
    ),
    CardBehaviour(pan="4939770956154989", is_captured=False, hint="списание не пройдёт, без кода"),
    CardBehaviour(
        pan="5335215945367703",
        is_authorised=False,
        failure_code="10007",
        hint="отказ службы безопасности",
    ),
    CardBehaviour(pan="4916109830832246", is_authorised=False, failure_code="10012", hint="отказ"),
    CardBehaviour(pan="5548398681700148", is_authorised=False, failure_code="10001", hint="отказ"),
    CardBehaviour(pan="5475102935853613", is_authorised=False, failure_code="10005", hint="отказ"),
    CardBehaviour(pan="6224466455690681278", hint="UnionPay"),
    CardBehaviour(pan="623275279933273424", hint="UnionPay"),
    CardBehaviour(pan="62528733472390953", hint="UnionPay"),
]
#: Not the bank's: for what its own cards do not show.
_OURS = [
    CardBehaviour(pan="4000000000000643", country="RU", hint="наша: выпущена в России"),
    CardBehaviour(
        pan="2200000000000004",
        country="RU",
        is_authorised=False,
        is_kept=False,
        failure_code="10001",
        hint="наша: «Мир» российского банка, отказ",
    ),
    CardBehaviour(
        pan="4000000000000408", is_direct_lost=True, hint="наша: ответ на списание теряется"
    ),
    CardBehaviour(pan="4000000000000060", process_seconds=60, hint="наша: минуту в обработке"),
    CardBehaviour(
        pan="4000000000000010", is_3ds=True, hint="наша: с кодом 3-D Secure, всё проходит"
    ),
]
CARDS = {card.pan: card for card in (*_OFFICIAL, *_OURS)}
RIGHT_CODE = "1234"


def find_card(pan: str) -> CardBehaviour:
    """Return what a number does; an unknown one is refused with 99999."""
    digits = "".join(sign for sign in pan if sign.isdigit())
    return CARDS.get(digits) or CardBehaviour(pan=digits.ljust(12, "4"), is_authorised=False)
