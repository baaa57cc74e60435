"""The tables, their CHECKs and indexes.

Revision ID: 0001
Revises: nothing
Create Date: 2026-11-24 05:10:23.598813+00:00

Must work with the code before it: add, backfill, switch, drop are separate revisions. No batch
mode on protected tables: it drops triggers silently.
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm')
    op.create_table('deliveries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account', sa.String(length=40), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('remote_addr', sa.String(length=45), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('claims', sa.JSON(), nullable=False),
    sa.Column('operation_id', sa.String(length=64), nullable=True),
    sa.Column('reference', sa.String(length=64), nullable=True),
    sa.Column('status', sa.Enum('received', 'applied', 'foreign', 'unsupported', 'failed', name='deliverystatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('tries', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('payment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('error', sa.String(length=600), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries'))
    )
    op.create_index('ix_deliveries_operation', 'deliveries', ['account', 'operation_id'], unique=False)
    op.create_index('ix_deliveries_status_next_try_at', 'deliveries', ['status', 'next_try_at'], unique=False)
    op.create_table('sign_in_attempts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('ip', sa.String(length=45), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempts'))
    )
    op.create_index('ix_sign_in_attempts_email_at', 'sign_in_attempts', ['email', 'at'], unique=False)
    op.create_index('ix_sign_in_attempts_ip_at', 'sign_in_attempts', ['ip', 'at'], unique=False)
    op.create_table('roles',
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_roles')),
    sa.UniqueConstraint('title', name=op.f('uq_roles_title'))
    )
    op.create_table('role_permissions',
    sa.Column('role', sa.String(length=32), nullable=False),
    sa.Column('permission', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['role'], ['roles.code'], name=op.f('fk_role_permissions_role')),
    sa.PrimaryKeyConstraint('role', 'permission', name=op.f('pk_role_permissions'))
    )
    op.create_table('users',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('role', sa.String(length=32), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('yandex_id', sa.String(length=64), nullable=True),
    sa.Column('yandex_login', sa.String(length=200), nullable=True),
    sa.Column('time_zone', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['role'], ['roles.code'], name=op.f('fk_users_role')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('email', name=op.f('uq_users_email')),
    sa.UniqueConstraint('yandex_id', name=op.f('uq_users_yandex_id'))
    )
    op.create_table('audit_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('actor_label', sa.String(length=200), nullable=False),
    sa.Column('started_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ip', sa.String(length=45), nullable=True),
    sa.Column('user_agent', sa.String(length=300), nullable=True),
    sa.Column('request_id', sa.String(length=36), nullable=True),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('outcome', sa.Enum('done', 'denied', name='outcome', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('object_type', sa.String(length=30), nullable=False),
    sa.Column('object_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=True),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_audit_entries_actor_id')),
    sa.ForeignKeyConstraint(['started_by_id'], ['users.id'], name=op.f('fk_audit_entries_started_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries'))
    )
    op.create_index('ix_audit_entries_action', 'audit_entries', ['action', 'id'], unique=False)
    op.create_index('ix_audit_entries_actor', 'audit_entries', ['actor_id', 'id'], unique=False)
    op.create_index('ix_audit_entries_object', 'audit_entries', ['object_type', 'object_id', 'id'], unique=False)
    op.create_index('ix_audit_entries_request', 'audit_entries', ['request_id'], unique=False)
    op.create_table('consultations',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('pay_token', sa.String(length=43), nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('specialist', sa.String(length=200), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('price_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.Enum('RUB', 'KZT', name='currency', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('scheduled', 'open', 'completed', 'unsuccessful', 'cancelled', name='consultationstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settlements', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cancelled_by', sa.Enum('client', 'staff', name='cancelledby', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('closing_reason', sa.String(length=500), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_consultations_ends_after_start')),
    sa.CheckConstraint('price_minor >= 0', name=op.f('ck_consultations_price_not_negative')),
    sa.ForeignKeyConstraint(['client_id'], ['users.id'], name=op.f('fk_consultations_client_id')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['users.id'], name=op.f('fk_consultations_closed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consultations')),
    sa.UniqueConstraint('pay_token', name=op.f('uq_consultations_pay_token'))
    )
    op.create_index('ix_consultations_client_starts_at', 'consultations', ['client_id', 'starts_at'], unique=False)
    op.create_index('ix_consultations_starts_at_id', 'consultations', ['starts_at', 'id'], unique=False)
    op.create_index('ix_consultations_status_starts_at', 'consultations', ['status', 'starts_at'], unique=False)
    op.create_table('ledger_accounts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.Enum('bank', 'user_available', 'user_reserved', 'user_in_transit', 'revenue', 'refunds', 'suspense', 'card_check', 'fees', name='accountkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('currency', sa.Enum('RUB', 'KZT', name='currency', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('balance_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('user_id IS NULL OR balance_minor >= 0', name=op.f('ck_ledger_accounts_user_balance_not_negative')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_ledger_accounts_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_accounts')),
    sa.UniqueConstraint('code', 'currency', name=op.f('uq_ledger_accounts_code_currency'))
    )
    op.create_index('ix_ledger_accounts_user_kind', 'ledger_accounts', ['user_id', 'kind'], unique=False)
    op.create_table('personal_grants',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('permission', sa.String(length=40), nullable=False),
    sa.Column('limit_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('limit_currency', sa.Enum('RUB', 'KZT', name='limit_currency', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('granted_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint('(limit_minor IS NULL) = (limit_currency IS NULL)', name=op.f('ck_personal_grants_limit_has_a_currency')),
    sa.CheckConstraint('limit_minor > 0', name=op.f('ck_personal_grants_limit_positive')),
    sa.ForeignKeyConstraint(['granted_by_id'], ['users.id'], name=op.f('fk_personal_grants_granted_by_id')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['users.id'], name=op.f('fk_personal_grants_revoked_by_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_personal_grants_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_personal_grants'))
    )
    op.create_index('one_grant_of_a_right_per_person', 'personal_grants', ['user_id', 'permission'], unique=True, sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))
    op.create_table('transfers',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_key', sa.String(length=160), nullable=False),
    sa.Column('source_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('destination_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('amount_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.Enum('RUB', 'KZT', name='currency', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Enum('top_up', 'reserve', 'consultation_fee', 'release', 'correction', 'refund_hold', 'refund', 'refund_release', 'refund_bounce', 'external_refund', 'attribution', 'card_check', 'card_check_return', 'card_check_kept', 'fee', name='transferreason', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('payment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('consultation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('refund_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_transfers_amount_positive')),
    sa.CheckConstraint('source_id <> destination_id', name=op.f('ck_transfers_moves_somewhere')),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_transfers_actor_id')),
    sa.ForeignKeyConstraint(['destination_id'], ['ledger_accounts.id'], name=op.f('fk_transfers_destination_id')),
    sa.ForeignKeyConstraint(['source_id'], ['ledger_accounts.id'], name=op.f('fk_transfers_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfers')),
    sa.UniqueConstraint('event_key', name=op.f('uq_transfers_event_key'))
    )
    op.create_index('ix_transfers_consultation', 'transfers', ['consultation_id'], unique=False)
    op.create_index('ix_transfers_destination', 'transfers', ['destination_id', 'id'], unique=False)
    op.create_index('ix_transfers_payment', 'transfers', ['payment_id'], unique=False)
    op.create_index('ix_transfers_refund', 'transfers', ['refund_id'], unique=False)
    op.create_index('ix_transfers_source', 'transfers', ['source_id', 'id'], unique=False)
    op.create_table('payments',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('consultation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account', sa.String(length=40), nullable=False),
    sa.Column('reference', sa.String(length=45), nullable=False),
    sa.Column('operation_id', sa.String(length=64), nullable=True),
    sa.Column('amount_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.Enum('RUB', 'KZT', name='currency', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('created', 'pending', 'expired', 'failed', 'paid', name='paymentstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('method', sa.Enum('sbp', 'card', 'other', name='paymentmethod', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('paid_method', sa.Enum('sbp', 'card', 'other', name='paid_method', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('card_last4', sa.String(length=4), nullable=True),
    sa.Column('link_url', sa.String(length=2083), nullable=True),
    sa.Column('link_expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('captured_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('refunded_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('under_way_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('external_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paid_transfer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('is_late', sa.Boolean(), nullable=False),
    sa.Column('is_surplus', sa.Boolean(), nullable=False),
    sa.Column('incident', sa.Enum('wrong_amount', 'wrong_merchant', 'unknown_status', name='incident', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('failure', sa.String(length=600), nullable=True),
    sa.Column('bank_word', sa.String(length=40), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('create_attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_refund_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_payments_amount_positive')),
    sa.CheckConstraint('refunded_minor + under_way_minor + external_minor <= captured_minor', name=op.f('ck_payments_returns_within_captured')),
    sa.CheckConstraint('refunded_minor >= 0 AND under_way_minor >= 0 AND external_minor >= 0', name=op.f('ck_payments_returns_not_negative')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultations.id'], name=op.f('fk_payments_consultation_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_payments_created_by_id')),
    sa.ForeignKeyConstraint(['paid_transfer_id'], ['transfers.id'], name=op.f('fk_payments_paid_transfer_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_payments_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payments')),
    sa.UniqueConstraint('account', 'operation_id', name=op.f('uq_payments_account_operation_id')),
    sa.UniqueConstraint('account', 'reference', name=op.f('uq_payments_account_reference'))
    )
    op.create_index('ix_payments_amount_paid_transfer', 'payments', ['amount_minor', 'paid_transfer_id'], unique=False)
    op.create_index('ix_payments_consultation', 'payments', ['consultation_id'], unique=False)
    op.create_index('ix_payments_next_read_at', 'payments', ['next_read_at'], unique=False)
    op.create_index('ix_payments_paid_at', 'payments', ['paid_at'], unique=False)
    op.create_index('ix_payments_paid_transfer', 'payments', ['paid_transfer_id'], unique=True)
    op.create_index('ix_payments_user_paid_transfer', 'payments', ['user_id', 'paid_transfer_id'], unique=False)
    op.create_table('refunds',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('payment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('intent_key', sa.String(length=36), nullable=False),
    sa.Column('amount_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.Enum('RUB', 'KZT', name='currency', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Enum('cancelled_by_client', 'cancelled_by_us', 'specialist_failed', 'client_failed', 'mistaken_payment', 'complaint', 'other', 'in_bank_cabinet', name='refundreason', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('comment', sa.String(length=1000), nullable=False),
    sa.Column('status', sa.Enum('requested', 'submitted', 'unknown', 'succeeded', 'failed', 'cancelled', 'reversed', 'external', name='refundstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('source', sa.String(length=60), nullable=False),
    sa.Column('requested_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('grant_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_step_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('send_attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('baseline', sa.JSON(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reads', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('candidates', sa.JSON(), nullable=False),
    sa.Column('failure', sa.String(length=600), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('resolution', sa.String(length=1000), nullable=True),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_refunds_amount_positive')),
    sa.ForeignKeyConstraint(['grant_id'], ['personal_grants.id'], name=op.f('fk_refunds_grant_id')),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_refunds_payment_id')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['users.id'], name=op.f('fk_refunds_requested_by_id')),
    sa.ForeignKeyConstraint(['resolved_by_id'], ['users.id'], name=op.f('fk_refunds_resolved_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refunds')),
    sa.UniqueConstraint('intent_key', name=op.f('uq_refunds_intent_key'))
    )
    op.create_index('ix_refunds_grant', 'refunds', ['grant_id'], unique=False)
    op.create_index('ix_refunds_payment', 'refunds', ['payment_id'], unique=False)
    op.create_index('ix_refunds_status_next_step_at', 'refunds', ['status', 'next_step_at'], unique=False)
    op.create_index('one_open_refund_per_payment', 'refunds', ['payment_id'], unique=True, postgresql_where=sa.text("status IN ('requested', 'submitted', 'unknown')"), sqlite_where=sa.text("status IN ('requested', 'submitted', 'unknown')"))
    op.create_table('bank_orders',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account', sa.String(length=40), nullable=False),
    sa.Column('operation_id', sa.String(length=64), nullable=False),
    sa.Column('line_id', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.Enum('capture', 'hold', 'refund', name='linekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('amount_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('payment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('refund_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_bank_orders_payment_id')),
    sa.ForeignKeyConstraint(['refund_id'], ['refunds.id'], name=op.f('fk_bank_orders_refund_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_orders')),
    sa.UniqueConstraint('account', 'operation_id', 'line_id', name=op.f('uq_bank_orders_account_operation_id_line_id')),
    sa.UniqueConstraint('refund_id', name=op.f('uq_bank_orders_refund_id'))
    )


def downgrade() -> None:
    op.drop_table('bank_orders')
    op.drop_index('one_open_refund_per_payment', table_name='refunds', postgresql_where=sa.text("status IN ('requested', 'submitted', 'unknown')"), sqlite_where=sa.text("status IN ('requested', 'submitted', 'unknown')"))
    op.drop_index('ix_refunds_status_next_step_at', table_name='refunds')
    op.drop_index('ix_refunds_payment', table_name='refunds')
    op.drop_index('ix_refunds_grant', table_name='refunds')
    op.drop_table('refunds')
    op.drop_index('ix_payments_user_paid_transfer', table_name='payments')
    op.drop_index('ix_payments_paid_transfer', table_name='payments')
    op.drop_index('ix_payments_paid_at', table_name='payments')
    op.drop_index('ix_payments_next_read_at', table_name='payments')
    op.drop_index('ix_payments_consultation', table_name='payments')
    op.drop_index('ix_payments_amount_paid_transfer', table_name='payments')
    op.drop_table('payments')
    op.drop_index('ix_transfers_source', table_name='transfers')
    op.drop_index('ix_transfers_refund', table_name='transfers')
    op.drop_index('ix_transfers_payment', table_name='transfers')
    op.drop_index('ix_transfers_destination', table_name='transfers')
    op.drop_index('ix_transfers_consultation', table_name='transfers')
    op.drop_table('transfers')
    op.drop_index('one_grant_of_a_right_per_person', table_name='personal_grants')
    op.drop_table('personal_grants')
    op.drop_index('ix_ledger_accounts_user_kind', table_name='ledger_accounts')
    op.drop_table('ledger_accounts')
    op.drop_index('ix_consultations_status_starts_at', table_name='consultations')
    op.drop_index('ix_consultations_starts_at_id', table_name='consultations')
    op.drop_index('ix_consultations_client_starts_at', table_name='consultations')
    op.drop_table('consultations')
    op.drop_index('ix_audit_entries_request', table_name='audit_entries')
    op.drop_index('ix_audit_entries_object', table_name='audit_entries')
    op.drop_index('ix_audit_entries_actor', table_name='audit_entries')
    op.drop_index('ix_audit_entries_action', table_name='audit_entries')
    op.drop_table('audit_entries')
    op.drop_table('users')
    op.drop_table('role_permissions')
    op.drop_table('roles')
    op.drop_index('ix_sign_in_attempts_ip_at', table_name='sign_in_attempts')
    op.drop_index('ix_sign_in_attempts_email_at', table_name='sign_in_attempts')
    op.drop_table('sign_in_attempts')
    op.drop_index('ix_deliveries_status_next_try_at', table_name='deliveries')
    op.drop_index('ix_deliveries_operation', table_name='deliveries')
    op.drop_table('deliveries')
