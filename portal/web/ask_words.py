"""The words of a client's request for their money: why not now, and what came of it."""

from portal.domain.refund_requests import AskRule

RULES: dict[AskRule, str] = {
    AskRule.NOT_PAID: "Банк ещё не подтвердил эту оплату, возвращать пока нечего.",
    AskRule.STILL_BOOKED: "Сначала отмените консультацию: пока она в силе, деньги ждут её.",
    AskRule.NOTHING_LEFT: "Всё уже возвращено.",
    AskRule.SPENT: "Эти деньги уже в резерве на другую вашу консультацию.",
    AskRule.REFUND_OPEN: "Возврат уже идёт.",
    AskRule.ASKED_ALREADY: "Вы уже попросили. Ответим за 1 рабочий день.",
    AskRule.ASKED_TODAY: "Администратор уже ответил. Попросить снова можно через сутки.",
}
DECLINED_ALREADY = "Просьба уже закрыта. Ничего не изменилось, деньги не двигались."
ASKED = "Передали администратору. Ответим за 1 рабочий день."
