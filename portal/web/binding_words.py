"""The words of a binding on the bank's own page: dated steps, and what they mean (A2, B1-B4)."""

from portal.domain.bindings import PAGE_LASTS, BindingStatus
from portal.domain.payments import SUSPENDED_MEANWHILE
from portal.store.bindings import Binding
from portal.web.refund_words import Step

SENTENCES = {
    BindingStatus.ASKED: "Готовим страницу банка. Деньги не списаны.",
    BindingStatus.PAGE: (
        "Ответа банка о карте пока нет. Если вы её уже ввели, она появится здесь за несколько "
        "секунд; если нет, вернитесь на страницу банка. Мы денег не списываем."
    ),
    BindingStatus.BOUND: (
        "Карта привязана. Если банк заблокировал проверочную сумму, он отпустит её сам: через нас "
        "она не проходит. Спишем с карты, только когда вы нажмёте «Списать» при оплате или скажете "
        "сотруднику, что согласны."
    ),
    BindingStatus.ALREADY: (
        "Эта карта уже привязана: новой карты банк не показал, прежняя осталась в вашем списке. "
        "Деньги не списаны; если банк заблокировал проверочную сумму, он отпустит её сам. Если "
        "карты в списке нет, привяжите её ещё раз."
    ),
    BindingStatus.RUSSIAN: (
        "Это карта российского банка, а здесь привязывают только карты других стран. Мы её не "
        "сохранили, проверочную сумму банк отпустит сам. Привяжите её как карту российского банка."
    ),
    BindingStatus.DECLINED: (
        "Банк не принял карту, она не привязана. Деньги не списаны; если банк заблокировал "
        "проверочную сумму, он отпустит её сам. Попробуйте другую карту; карту "
        "российского банка привязывайте как российскую."
    ),
    BindingStatus.EXPIRED: (
        "Время вышло, новой карты банк нам не показал. Деньги не списаны. Если вы её ввели, она "
        "ещё может появиться в списке; можно начать снова."
    ),
    BindingStatus.FAILED: "Банк не открыл страницу привязки. Деньги не списаны, попробуйте позже.",
}
SEEN = "Банк сохранил карту. Узнаём у него, чья она: это занимает несколько секунд."
SUSPENDED = (
    "Пока мы готовили страницу банка, приём платежей через него приостановили. Карта не привязана, "
    "деньги не списаны. Попробуйте позже."
)
LATE = "Банк ответил позже обычного. "
_TITLES = {
    BindingStatus.ASKED: ("running", "Готовим страницу банка"),
    BindingStatus.PAGE: ("running", "Ждём карту на странице банка"),
    BindingStatus.BOUND: ("done", "Карта привязана"),
    BindingStatus.ALREADY: ("done", "Карта уже была привязана"),
    BindingStatus.RUSSIAN: ("problem", "Карта российская, не привязана"),
    BindingStatus.DECLINED: ("problem", "Банк не принял карту"),
    BindingStatus.EXPIRED: ("problem", "Время вышло, карта не привязана"),
    BindingStatus.FAILED: ("problem", "Страница банка не открылась, карта не привязана"),
}
#: From these the client may begin anew.
AGAIN = (
    BindingStatus.RUSSIAN,
    BindingStatus.DECLINED,
    BindingStatus.EXPIRED,
    BindingStatus.FAILED,
)


def binding_steps(binding: Binding) -> list[Step]:
    """Tell a binding as two dated steps: begun, and how far it is."""
    state, words = _TITLES[binding.status]
    return [
        Step("done", "Привязка начата", binding.created_at),
        Step(state, words, binding.finished_at),
    ]


def binding_sentence(binding: Binding) -> str:
    """Say what happened, what it means for the money, and what to do."""
    if binding.failure == SUSPENDED_MEANWHILE:
        return SUSPENDED
    if binding.status is BindingStatus.PAGE and binding.seen_at is not None:
        return SEEN
    late = LATE if _came_late(binding) else ""
    return late + SENTENCES[binding.status]


def _came_late(binding: Binding) -> bool:
    """Tell whether the card came after the page had been given up."""
    if binding.status is not BindingStatus.BOUND or binding.opened_at is None:
        return False
    return (binding.seen_at or binding.opened_at) - binding.opened_at >= PAGE_LASTS
