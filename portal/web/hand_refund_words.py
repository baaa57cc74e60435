"""The words of refunds that a bank makes by hand alone, in its cabinet (tochka.md §0.3)."""

from portal.store.payment_rows import PaymentRow

ARRIVAL = (
    "Через API банк такую оплату не возвращает: сделайте возврат в кабинете банка, на ту же карту, "
    "портал увидит его сам"
)
WAITING = "Ждём возврата в кабинете банка"
WAITED = "Возврат сделан в кабинете банка"
NOT_MADE = "За три дня возврат в кабинете банка не сделали."
#: The same for the client.
OWN_ARRIVAL = (
    "Такую оплату банк возвращает только вручную: это сделает сотрудник, обычно за 1–3 рабочих "
    "дня. Деньги придут на ту же карту"
)


def step_words(row: PaymentRow, *, is_over: bool) -> str:
    """Name the step between the wish and the money: ours to the bank, or a person's there."""
    if row.is_returned_by_hand:
        return WAITED if is_over else WAITING
    return "Отправлено в банк" if is_over else "Отправляем в банк"
