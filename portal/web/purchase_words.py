"""What staff read when they buy for a client: what each way to pay means, and why not (A10)."""

from portal.domain.fundings import Purse
from portal.domain.money import Money
from portal.domain.purchases import PurchaseWay
from portal.domain.slots import SlotStatus
from portal.web.formats import money, money_short
from portal.web.slot_words import GONE, NOT_BOOKED

NOT_A_CLIENT = (
    "Для этого человека консультацию не купить: он работает здесь или отключён. "
    "Ничего не записано, деньги не двигались."
)
HIS_ALREADY = "Клиент уже записан на это время. Второй раз ничего не записано и не списано."
TOO_LOW = (
    "На балансе клиента уже не хватает свободных денег. Он не записан, деньги не двигались. "
    "Выберите другой способ."
)
CHOOSE = "Выберите, как оплатить"
NO_SUCH_WAY = "Этого способа больше нет: выберите другой. Клиент не записан, деньги не двигались"
BOUGHT = {
    PurchaseWay.LINK: "Клиент записан. Деньги не двигались: передайте ему ссылку на оплату.",
    PurchaseWay.BALANCE: "Клиент записан, консультация оплачена с его баланса.",
    PurchaseWay.CARD: "Клиент записан, списание с его карты начато.",
    PurchaseWay.GIFT: "Клиент записан, консультация подарена. Деньги не двигались.",
}
FREE = "Клиент записан. Консультация бесплатная, деньги не двигались."
NO_CHARGE = (
    "С привязанной карты без клиента: банк так не списывает. "
    "Свою карту клиент выберет сам на странице банка, по ссылке."
)
NO_CHARGEABLE = (
    "С привязанной карты: у клиента нет карты, которую портал может списать сам. "
    "Разрешить это может только он, когда платит картой или привязывает её."
)
NOT_BY_STAFF = (
    "С привязанной карты: клиент привязал её, когда списывать мог только он сам, нажав «Списать». "
    "Отправьте ссылку. Чтобы вы могли списать с его согласия, пусть разрешит это заново: заплатит "
    "картой с отметкой «Платить этой картой в одно нажатие» или отвяжет её и привяжет снова."
)
CARD_BUSY = (
    "Прошлое списание с этой карты ещё не закончено: банк не сказал, прошло ли оно. Клиент не "
    "записан, сейчас ничего не списано. Подождите немного или выберите другой способ."
)
SUSPENDED = (
    "Приём платежей через этот счёт приостановлен, причина на «Обзоре». Клиент не записан, ничего "
    "не списано. Выберите другой способ."
)
CARD_GONE = (
    "Эту карту больше нельзя списать: клиент отвязал её. Он не записан, деньги не двигались. "
    "Выберите другой способ."
)
AGREED = "Клиент согласился на списание"
AGREE = "Спросите клиента: без его согласия с карты не списывают. Ничего не записано и не списано"
UNSEEN = "С баланса: нужно право «Смотреть пользователей», без него баланс не виден."
UNSEEN_CARDS = "С привязанной карты: нужно право «Смотреть пользователей», без него карты не видны."


def link_words(price: Money) -> tuple[str, str]:
    """Name paying by the client's link, and say what it means."""
    meaning = (
        "Сейчас деньги не двигаются. Ссылку можно скопировать, показать QR-кодом или отправить "
        "клиенту. Запись не отменится сама: без оплаты её отменяет сотрудник."
    )
    return f"По ссылке: клиент оплатит {money_short(price)}", meaning


def balance_words(purse: Purse) -> tuple[str, str]:
    """Name paying from the balance, and say how much is free before and after."""
    left = purse.held - purse.price
    meaning = (
        f"Деньги сразу перейдут в резерв, клиент получит письмо. "
        f"Баланс: свободно {money(purse.held)} → {money(left)}."
    )
    return f"С баланса клиента: {money_short(purse.price)}", meaning


def card_words(price: Money, name: str, *, by_hand: bool) -> tuple[str, str]:
    """Name charging the client's bound card, and say what it means."""
    meaning = (
        "Портал спишет один раз, сразу после записи. Если банк откажет, клиент останется записан, "
        "а консультация неоплаченной: тогда отправьте ссылку."
    )
    back = " Возврат таких денег сотрудник делает вручную, в кабинете банка." if by_hand else ""
    return f"С привязанной карты {name}: {money_short(price)}", meaning + back


def gift_words(price: Money) -> tuple[str, str]:
    """Name giving it for nothing, and say what we do not get."""
    meaning = (
        f"Клиент не платит, {money(price)} мы не получим. Баланс не изменится, возвращать будет "
        "нечего. Сумма и основание останутся в журнале, клиент получит письмо."
    )
    return f"Подарок вместо {money_short(price)}", meaning


def free_words() -> tuple[str, str]:
    """Name what costs nothing."""
    return "Бесплатно", "Консультация бесплатная, деньги не двигаются. Клиент получит письмо."


def no_link_words(price: Money) -> str:
    """Say why nobody can pay by a link in this currency."""
    return f"По ссылке {money_short(price)}: нет счёта в банке, который примет оплату."


def suspended_words(price: Money) -> str:
    """Say that links in this currency wait until somebody lets the account take payments again."""
    return (
        f"По ссылке {money_short(price)}: приём платежей через банк приостановлен, причина "
        "на «Обзоре»."
    )


def too_low_words(purse: Purse) -> str:
    """Say how much the balance lacks."""
    words = f"С баланса: свободно {money(purse.free)}, не хватает {money(purse.lacking)}."
    stuck = f" Ещё {money(purse.stuck)} пока не может платить: его платёж выясняется."
    return words + stuck if purse.stuck else words


def gone_words(status: SlotStatus) -> str:
    """Say why the slot cannot be bought, what of the money, and what to do next."""
    return f"{GONE[status]} {NOT_BOOKED}"
