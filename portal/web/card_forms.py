"""The forms about card checks."""

from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import UUID


class ReturnForm(FlaskForm):
    """The return of a check asked for once more; the key keeps a double press one refund."""

    intent_key = HiddenField(validators=[UUID()])
