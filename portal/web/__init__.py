"""The HTTP doors: every blueprint of the portal on one screen."""

from flask import Flask
from flask_wtf import CSRFProtect

from portal.web import (
    access,
    account,
    attributions,
    audit,
    auth,
    banks,
    bindings,
    booking,
    bounces,
    card_checks,
    card_origin,
    cards,
    charges,
    checkout,
    confirmations,
    consultations,
    contacts,
    context,
    deliveries,
    denials,
    errors,
    grants,
    headers,
    health,
    holders,
    inputs,
    matrix,
    overview,
    own_refunds,
    packing,
    passwords,
    payment_links,
    payments,
    previews,
    profile,
    proofs,
    purchases,
    refund_requests,
    refunds,
    resolutions,
    saved_views,
    session,
    slots,
    users,
    waiting,
    webhooks,
    yandex,
)

STAFF = (
    overview.bp,
    payments.bp,
    refunds.bp,
    resolutions.bp,
    attributions.bp,
    bounces.bp,
    card_checks.bp,
    consultations.bp,
    contacts.bp,
    slots.bp,
    purchases.bp,
    payment_links.bp,
    users.bp,
    deliveries.bp,
    banks.bp,
    matrix.bp,
    holders.bp,
    previews.bp,
    grants.bp,
    audit.bp,
)
CLIENTS = (
    account.bp,
    cards.bp,
    bindings.bp,
    booking.bp,
    own_refunds.bp,
    proofs.bp,
    refund_requests.bp,
    checkout.bp,
    card_origin.bp,
    charges.bp,
    waiting.bp,
)
EVERYBODY = (
    auth.bp,
    confirmations.bp,
    passwords.bp,
    profile.bp,
    saved_views.bp,
    yandex.bp,
    health.bp,
)
BANKS = (webhooks.bp,)


def register_doors(app: Flask, csrf: CSRFProtect) -> None:
    """Attach guard, headers, errors and every door; raise when a view has no access tag.

    Only the banks' door is without a CSRF token: their signature stands in its place.
    """
    headers.set_up(app)
    packing.set_up(app)
    session.set_up(app)
    inputs.set_up(app)
    denials.set_up(app)
    csrf.init_app(app)
    errors.set_up(app)
    context.set_up(app)
    app.before_request(access.guard)
    for blueprint in (*STAFF, *CLIENTS, *EVERYBODY, *BANKS):
        app.register_blueprint(blueprint)
    csrf.exempt(webhooks.bp)
    access.require_tags(app)
