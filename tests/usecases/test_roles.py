"""Roles, the matrix, people let in: what a change does, and that a refusal moves nothing."""

import pytest

from portal.domain.access import (
    HeldShorter,
    LastSuperAdmin,
    MatrixChanged,
    NotHeld,
    NotYourself,
    OutOfPlace,
    RoleInUse,
    RoleNotEditable,
    RoleTaken,
    StrongerPerson,
)
from portal.domain.errors import NotFound
from portal.domain.permissions import SUPER_ADMIN_PERMISSIONS, Permission, Role
from portal.store.access import list_roles
from portal.store.db import transaction
from portal.store.sessions import find_session
from portal.usecases import access
from portal.usecases.access import RoleEdit
from tests import builders
from tests.builders import NOW
from tests.rights import (
    GRANT,
    READ,
    REFUND,
    TOMORROW,
    WHY,
    admit,
    column,
    demote,
    hand,
    is_active,
    journal,
    make_cast,
    make_granter,
    rights,
    role_of,
    save,
)


@pytest.fixture
def cast(app):
    with app.app_context():
        yield make_cast()


def test_the_matrix_is_saved_with_its_reason(cast):
    before = column(Role.VIEWER)[1]

    assert save(cast.gleb, Role.VIEWER, before | {REFUND}) == [Role.VIEWER]

    assert column(Role.VIEWER) == (1, before | {REFUND})
    assert REFUND in rights(cast.vera.user_id)
    assert journal("role.edit") == [("Глеб", WHY)]


def test_saving_what_is_there_already_changes_nothing(cast):
    before = column(Role.VIEWER)

    assert save(cast.gleb, Role.VIEWER, before[1]) == []

    assert column(Role.VIEWER) == before
    assert journal("role.edit") == []


def test_a_stale_form_saves_nothing(cast):
    save(cast.gleb, Role.VIEWER, {READ})

    with pytest.raises(MatrixChanged):
        save(cast.gala, Role.VIEWER, {REFUND}, version=0)

    assert column(Role.VIEWER) == (1, {READ})
    assert journal("role.edit") == [("Глеб", WHY)]


def test_one_refusal_saves_none_of_the_roles(cast):
    edits = {
        Role.ADMIN: RoleEdit(0, frozenset({READ})),
        Role.CLIENT: RoleEdit(0, frozenset({READ})),
    }
    before = [column(Role.ADMIN), column(Role.CLIENT)]

    with pytest.raises(OutOfPlace):
        access.save_matrix(edits, WHY, actor=cast.gleb, now=NOW)

    assert [column(Role.ADMIN), column(Role.CLIENT)] == before
    assert journal("role.edit") == []


def refuse_matrix(cast, actor, code, permissions, refusal):
    before = column(code)
    with pytest.raises(refusal):
        save(actor, code, permissions)
    assert column(code) == before
    assert journal("role.edit") == []


def test_the_column_of_super_admins_is_not_edited(cast):
    refuse_matrix(cast, cast.gleb, Role.SUPER_ADMIN, set(), RoleNotEditable)


def test_who_may_not_give_rights_saves_nothing(cast):
    refuse_matrix(cast, cast.anna, Role.VIEWER, {READ}, NotHeld)


def test_nobody_edits_their_own_role(cast):
    make_granter(cast)
    refuse_matrix(cast, cast.anna, Role.ADMIN, {READ}, NotYourself)


def test_nobody_adds_what_they_do_not_hold(cast):
    make_granter(cast)
    wanted = column(Role.VIEWER)[1] | {Permission.AUDIT_READ}
    refuse_matrix(cast, cast.anna, Role.VIEWER, wanted, NotHeld)


def test_a_role_is_never_given_what_is_held_until_tomorrow(cast):
    make_granter(cast, until=TOMORROW)
    wanted = column(Role.VIEWER)[1] | {GRANT}
    refuse_matrix(cast, cast.anna, Role.VIEWER, wanted, HeldShorter)


def test_an_added_role_is_empty_and_its_title_single(cast):
    code = access.create_role("  Отдел   финансов ", actor=cast.gleb, now=NOW)

    with pytest.raises(RoleTaken):
        access.create_role("отдел Финансов", actor=cast.gleb, now=NOW)

    assert column(code) == (0, frozenset())
    with transaction() as session:
        titles = [role.title for role in list_roles(session)]
    assert titles[-1] == "Отдел финансов"
    assert len(titles) == 5


def test_an_added_role_without_people_is_removed(cast):
    code = access.create_role("Отдел", actor=cast.gleb, now=NOW)
    save(cast.gleb, code, {READ, REFUND})

    access.remove_role(code, actor=cast.gala, now=NOW)

    with pytest.raises(NotFound):
        column(code)


def test_a_role_with_people_and_a_built_in_one_stay(cast):
    code = access.create_role("Отдел", actor=cast.gleb, now=NOW)
    demote(cast.gleb, cast.vera.user_id, code)

    with pytest.raises(RoleInUse):
        access.remove_role(code, actor=cast.gleb, now=NOW)
    with pytest.raises(RoleInUse):
        access.remove_role(Role.VIEWER, actor=cast.gleb, now=NOW)

    assert column(code) == (0, frozenset())
    assert journal("role.remove") == []


def test_a_person_gets_another_role(cast):
    demote(cast.gleb, cast.vera.user_id, Role.ADMIN)

    assert role_of(cast.vera.user_id) == Role.ADMIN
    assert REFUND in rights(cast.vera.user_id)
    assert journal("user.role") == [("Глеб", WHY)]


def refuse_role(actor, user_id, code, refusal):
    before = role_of(user_id)
    with pytest.raises(refusal):
        demote(actor, user_id, code)
    assert role_of(user_id) == before
    assert journal("user.role") == []


def test_nobody_changes_their_own_role(cast):
    refuse_role(cast.gleb, cast.gleb.user_id, Role.ADMIN, NotYourself)


def test_who_gives_rights_does_not_make_a_super_admin(cast):
    make_granter(cast)
    refuse_role(cast.anna, cast.vera.user_id, Role.SUPER_ADMIN, NotHeld)


def test_who_gives_rights_does_not_demote_who_is_stronger(cast):
    make_granter(cast)
    refuse_role(cast.anna, cast.gleb.user_id, Role.VIEWER, StrongerPerson)


def test_a_role_that_is_not_there_is_not_given(cast):
    refuse_role(cast.gleb, cast.vera.user_id, "role_nowhere", NotFound)


def test_the_last_super_admin_stays(cast):
    demote(cast.gleb, cast.gala.user_id)

    with pytest.raises(NotHeld):
        demote(cast.gala, cast.gleb.user_id)

    assert role_of(cast.gleb.user_id) == Role.SUPER_ADMIN
    assert rights(cast.gleb.user_id) == SUPER_ADMIN_PERMISSIONS


def test_the_last_active_super_admin_stays_although_a_strong_one_is_out(cast):
    strong = access.create_role("Всё", actor=cast.gleb, now=NOW)
    save(cast.gleb, strong, SUPER_ADMIN_PERMISSIONS)
    demote(cast.gleb, cast.anna.user_id, strong)
    demote(cast.gleb, cast.gala.user_id)

    with pytest.raises(LastSuperAdmin):
        demote(cast.anna, cast.gleb.user_id)
    with pytest.raises(LastSuperAdmin):
        admit(cast.anna, cast.gleb.user_id, let_in=False)

    assert role_of(cast.gleb.user_id) == Role.SUPER_ADMIN
    assert is_active(cast.gleb.user_id) is True
    assert journal("user.disable") == []


def test_who_is_disabled_holds_nothing_and_has_no_session_left(cast):
    token = builders.open_session(cast.vera.user_id)

    admit(cast.gleb, cast.vera.user_id, let_in=False)
    assert rights(cast.vera.user_id) == frozenset()
    admit(cast.gleb, cast.vera.user_id, let_in=True)

    assert READ in rights(cast.vera.user_id)
    with transaction() as session:
        assert find_session(session, token)[0].ended_at == NOW
    assert journal("user.disable", "user.enable") == [("Глеб", WHY), ("Глеб", WHY)]


def test_nobody_disables_themselves_or_who_is_stronger(cast):
    make_granter(cast)

    with pytest.raises(NotYourself):
        admit(cast.gleb, cast.gleb.user_id, let_in=False)
    with pytest.raises(StrongerPerson):
        admit(cast.anna, cast.gala.user_id, let_in=False)

    assert [is_active(each.user_id) for each in (cast.gleb, cast.gala)] == [True, True]
    assert journal("user.disable") == []


def test_who_gives_rights_does_not_let_a_stronger_person_in(cast):
    make_granter(cast)
    hand(cast.gleb, cast.vera.user_id, Permission.BANKS_MANAGE)
    admit(cast.gleb, cast.vera.user_id, let_in=False)

    with pytest.raises(StrongerPerson):
        admit(cast.anna, cast.vera.user_id, let_in=True)

    assert is_active(cast.vera.user_id) is False
