"""What a person reads when the second step does not go through: what it means, and a way out."""

from dataclasses import dataclass

from portal.domain.identities import YandexRefusal


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal in words; ``may_retry`` is False where trying again changes nothing."""

    status: int
    title: str
    text: str
    may_retry: bool = True


_NOTHING = "Ничего не изменилось, деньги не отправлялись."
NOT_SET_UP = Problem(
    409,
    "Вход через Яндекс не настроен",
    f"Портал не знает своего приложения в Яндексе. {_NOTHING}"
    " Возьмите одноразовый код у дежурного.",
    may_retry=False,
)
PROBLEMS = {
    "yandex_unavailable": Problem(
        409,
        "Яндекс не отвечает",
        f"{_NOTHING} Попробуйте позже или возьмите одноразовый код у дежурного.",
    ),
    "yandex_refused": Problem(
        403,
        "Яндекс не подтвердил вход",
        f"Ответ Яндекса не подошёл. {_NOTHING} Начните ещё раз. Если повторится, покажите эту"
        " страницу супер-администратору.",
    ),
    "cancelled_at_yandex": Problem(
        403,
        "Вы отменили вход",
        f"Проверка не пройдена. {_NOTHING} Когда будете готовы, начните её ещё раз.",
    ),
    "callback_unreadable": Problem(
        400, "Ответ Яндекса не разобрать", f"{_NOTHING} Начните проверку ещё раз."
    ),
    "flow_unknown": Problem(
        400,
        "Эту проверку портал не начинал",
        f"{_NOTHING} Если по ссылке вас отправил кто-то другой, не открывайте её больше.",
    ),
    "flow_used": Problem(
        400, "Эта проверка уже закончена", f"Ответ принимаем один раз. {_NOTHING} Начните новую."
    ),
    "flow_expired": Problem(
        400,
        "Время проверки вышло",
        f"На неё даётся 10 минут. {_NOTHING} Начните ещё раз.",
    ),
    "flow_elsewhere": Problem(
        400,
        "Проверку начинали не здесь",
        "Её начал другой человек, другой браузер или прошлый сеанс."
        f" {_NOTHING} Начните ещё раз в этом окне.",
    ),
    "not_bound": Problem(
        403,
        "Яндекс ID не привязан",
        f"К вашей учётной записи не привязан Яндекс ID. {_NOTHING} Привяжите его в профиле"
        " или возьмите одноразовый код у дежурного.",
        may_retry=False,
    ),
    "other_account": Problem(
        403,
        "Это другой Яндекс ID",
        "Вы вошли в Яндекс как {login}, а к учётной записи привязан {bound}."
        f" {_NOTHING} Смените аккаунт Яндекса и начните ещё раз.",
    ),
    "bound_already": Problem(
        409,
        "Яндекс ID уже привязан",
        f"{_NOTHING} Чтобы сменить его, попросите супер-администратора отвязать прежний.",
        may_retry=False,
    ),
    "account_taken": Problem(
        409,
        "Этот Яндекс ID привязан к другому человеку",
        f"{_NOTHING} Войдите в Яндекс под своим аккаунтом и начните ещё раз.",
    ),
    "person_disabled": Problem(
        403,
        "Учётная запись отключена",
        f"{_NOTHING} Вернуть доступ может супер-администратор.",
        may_retry=False,
    ),
}
WRONG_CODE = (
    "Код не подошёл. Он действует 10 минут, один раз и на 5 попыток: проверьте его или попросите"
    " новый. Ничего не изменилось."
)
STEP_IS_OFF = (
    "Вторая проверка отключена: платежи и возвраты открываются по одному паролю."
    " Её включают в настройках портала."
)


def problem_of(refusal: YandexRefusal) -> Problem:
    """Return the words for a refusal, with the names that it knows put in."""
    found = PROBLEMS[refusal.code]
    login = str(refusal.facts.get("login") or "без логина")
    bound = str(refusal.facts.get("bound") or "другой")
    text = found.text.replace("{login}", login).replace("{bound}", bound)
    return Problem(found.status, found.title, text, found.may_retry)
