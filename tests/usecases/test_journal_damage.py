"""Whatever is done to the journal of a copied database, the first entry touched is named (I-46).

`python -m bench.damage` runs the long campaign.
"""

import pytest

from portal.store.db import db
from tests.damage import campaign, copied, write_history

ROUNDS = 60


@pytest.mark.parametrize("seed", [1, 2])
def test_every_flip_deletion_and_swap_is_found_at_its_row(request, app, database_url, seed):
    with app.app_context():
        write_history(clients=3)
        db.session.remove()
        db.engine.dispose()
    if "postgresql" in database_url:
        request.getfixturevalue("postgres").let_go()

    with copied(database_url) as url:
        missed = campaign(url, seed, ROUNDS)

    assert missed == []
