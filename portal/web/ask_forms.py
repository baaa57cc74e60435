"""The forms of a client's request for their money, and of the answer no."""

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.domain.refund_requests import COMMENT_MAX_CHARACTERS, REASON_MIN_CHARACTERS


class AskForm(FlaskForm):
    """What the client wants to add; nothing is needed."""

    comment = TextAreaField(
        "Комментарий (необязательно)",
        [Optional(), Length(max=COMMENT_MAX_CHARACTERS, message="Не больше 500 знаков")],
    )


class DeclineForm(FlaskForm):
    """Why the client's money is not returned; they read it."""

    reason = TextAreaField(
        "Причина, её прочитает клиент",
        [
            InputRequired("Напишите причину"),
            Length(
                min=REASON_MIN_CHARACTERS,
                max=COMMENT_MAX_CHARACTERS,
                message="Напишите от 10 до 500 знаков",
            ),
        ],
    )
