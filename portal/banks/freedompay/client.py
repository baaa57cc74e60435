"""The calls of Freedom Pay's API, and what each of its refusals means (freedompay.md §§3, 11)."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.banks.freedompay import words
from portal.banks.freedompay.messages import Node, read_message
from portal.banks.freedompay.settings import FreedomPaySettings
from portal.banks.freedompay.signature import is_signed, signed
from portal.banks.http import BankHttp, Request
from portal.domain.ports import (
    BankError,
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    RefusedBecause,
)

MAX_REASON = 300
ACCEPTED = {"ok", "success", "pending"}
REFUSALS = {
    "340": RefusedBecause.NOT_FOUND,
    "11068": RefusedBecause.NOT_FOUND,
    "9403": RefusedBecause.INVALID,
    "200": RefusedBecause.INVALID,
    "120": RefusedBecause.FORBIDDEN,
    "350": RefusedBecause.DECLINED,
    "490": RefusedBecause.DECLINED,
    **dict.fromkeys(
        ("10001", "10003", "10004", "10005", "10006", "10007", "10012"), RefusedBecause.DECLINED
    ),
}
#: A number that the documents do not give: the bank's words decide, whatever the code (§8.4).
_WRONG_STATE = re.compile(r"(?i)неверн\w+ статус|(wrong|invalid|incorrect) .{0,20}status")
# A bank may echo what it was sent, and its words go to staff and into the database.
_SECRETS = re.compile(
    r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[\w.+-]+@[\w-]+(\.[\w-]+)+"
)
_log = logging.getLogger("portal.banks")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API; the second one of ``is_once`` finds its work done before (§8.4).

    Answers about cards hold their statuses inside ``<card>`` (§8.3): the seal alone is theirs.
    """

    template: str
    is_reading: bool = False
    is_once: bool = False
    is_of_cards: bool = False


INIT_PAYMENT = Call("/init_payment.php")
STATUS = Call("/get_status3.php", is_reading=True)
REVOKE = Call("/revoke.php")
CHARGE_INIT = Call("/v1/merchant/{merchant_id}/card/init")
CHARGE_DIRECT = Call("/v1/merchant/{merchant_id}/card/direct", is_once=True)
CARD_ADD = Call("/v1/merchant/{merchant_id}/cardstorage/{tail}")
CARD_LIST = Call("/v1/merchant/{merchant_id}/cardstorage/list", is_reading=True, is_of_cards=True)
CARD_REMOVE = Call("/v1/merchant/{merchant_id}/cardstorage/remove", is_of_cards=True)


class FreedomPayClient:
    """Makes a call and returns its sealed answer, or raises what the answer means."""

    def __init__(self, http: BankHttp, settings: FreedomPaySettings) -> None:
        self._http = http
        self._settings = settings

    def call(self, call: Call, fields: Mapping[str, str], *, tail: str = "") -> Node:
        """Call once; raise BankRefused, BankMisconfigured or BankUnavailable.

        A write that was answered by nothing we understand may have been done: ``sent`` is True.
        """
        merchant_id = self._settings.merchant_id
        ids = {"merchant_id": merchant_id, "tail": tail}
        script = call.template.format(**ids).rpartition("/")[2]
        secret = self._settings.secret_key.get_secret_value()
        form = signed(script, {"pg_merchant_id": merchant_id, **fields}.items(), secret)
        request = Request("POST", call.template, ids, form=form, is_reading=call.is_reading)
        answer = self._http.call(request)
        try:
            message = read_message(answer.data)
            status = message.find("pg_status") or ("ok" if call.is_of_cards else None)
            if status is None:
                raise ValueError("no pg_status")
        except ValueError as error:
            reason = f"{call.template}: HTTP {answer.status}, {error}"
            # Too many requests: turned away at the gate, so nothing was done.
            is_open = request.is_write and answer.status != 429
            raise BankUnavailable(reason, sent=is_open) from None
        if status in ACCEPTED:
            return self._sealed(message, call, script)
        raise self._trouble(message, call)

    def _sealed(self, message: Node, call: Call, script: str) -> Node:
        """Return an answer that the bank has sealed; never believe an unsigned success (§3.4)."""
        bare = script in self._settings.bare_answers
        scripts: Sequence[str] = (script, "") if bare else (script,)
        if not is_signed(scripts, message.children, self._settings.keys):
            _log.error("%s: an answer without the bank's seal", call.template)
            reason = f"{call.template}: the answer is not signed by the bank"
            raise BankUnavailable(reason, sent=not call.is_reading)
        return message

    def _trouble(self, message: Node, call: Call) -> BankError:
        code = _text(message, "pg_error_code")
        text = self._reason(_text(message, "pg_error_description"))
        if _WRONG_STATE.search(text):
            again = call.is_once
            because = RefusedBecause.DUPLICATE if again else RefusedBecause.DECLINED
            return BankRefused(because, words.CHARGED_BEFORE if again else text)
        if code in words.MEANINGS:
            meaning = words.MEANINGS[code]
            return BankMisconfigured(words.SETTINGS.format(code=code, meaning=meaning))
        if code in REFUSALS:
            return BankRefused(REFUSALS[code], text or f"код {code}")
        return BankUnavailable(f"{call.template}: {code or 'no code'}", sent=not call.is_reading)

    def _reason(self, text: str) -> str:
        """Return the bank's own words, cut, without the secrets that it may echo."""
        words_only = " ".join(text.split())
        for key in self._settings.keys:
            words_only = words_only.replace(key, "•••")
        return _SECRETS.sub("•••", words_only)[:MAX_REASON]


def _text(message: Node, name: str) -> str:
    try:
        return message.find(name) or ""
    except ValueError:
        return ""
