"""The books, the service market, the proceeds line, wishes and people."""

import sqlalchemy as sa
from alembic import op

from migrations import guards


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


POSTED = (
    "audit_event",
    "voucher",
    "posting",
    "money_move",
    "money_move_decision",
    "laying",
    "taking",
    "line_move",
    "refund_claim",
    "refund_settlement",
    "market_opening",
    "market_change",
    "till",
    "till_stall",
    "sale",
    "sale_line",
    "quarantined_sale",
    "slip",
    "phone_void",
    "sale_void",
    "till_move",
    "cash_count",
    "count_confirmation",
    "closure",
    "sale_position",
    "refund_request",
    "refund_decision",
    "refund",
    "refund_line",
    "import_batch",
    "statement",
    "statement_line",
    "statement_word",
    "closure_phone",
    "cash_hand_over",
    "proposal",
    "proposal_item",
    "proposal_decision",
    "allocation_return",
    "lighting_plan",
    "lighting_line",
    "lighting_decision",
    "lighting_run",
    "lighting_outcome",
    "wish_review",
    "wish_step",
    "consent",
    "consent_withdrawal",
    "turn",
    "turn_step",
    "turn_promise",
    "sale_turn",
)


def upgrade():
    op.create_table('community',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('time_zone', sa.String(length=40), nullable=False),
    sa.Column('contact', sa.String(length=200), nullable=False),
    sa.Column('small_refund_minor', sa.BigInteger(), nullable=False),
    sa.Column('variance_reason_minor', sa.BigInteger(), nullable=False),
    sa.Column('wish_ceiling_minor', sa.BigInteger(), nullable=False),
    sa.Column('second_factor_required', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_community')),
    sa.UniqueConstraint('slug', name=op.f('uq_community_slug'))
    )
    op.create_table('miss',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_miss'))
    )
    with op.batch_alter_table('miss', schema=None) as batch_op:
        batch_op.create_index('ix_miss_key_hash_at', ['key_hash', 'at'], unique=False)

    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('username', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('locale', sa.String(length=10), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('username', name=op.f('uq_person_username'))
    )
    op.create_table('audit_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.JSON(), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_audit_event_community_id_community')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_event')),
    info={'posted': True}
    )
    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.create_index('uq_audit_event_community_id_number', ['community_id', 'number'], unique=True)

    op.create_table('audit_head',
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_audit_head_community_id_community')),
    sa.PrimaryKeyConstraint('community_id', name=op.f('pk_audit_head'))
    )
    op.create_table('consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(length=36), nullable=False),
    sa.Column('purpose', sa.String(length=16), nullable=False),
    sa.Column('notice_version', sa.String(length=20), nullable=False),
    sa.Column('child_agreed', sa.Boolean(), nullable=False),
    sa.Column('witness_id', sa.Integer(), nullable=True),
    sa.Column('given_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("purpose IN ('process','publish_text','publish_picture','publish_thanks','share')", name=op.f('ck_consent_known_purpose')),
    sa.CheckConstraint('expires_on > given_on', name=op.f('ck_consent_forward')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_consent_community_id_community')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_consent_recorded_by_id_person')),
    sa.ForeignKeyConstraint(['witness_id'], ['person.id'], name=op.f('fk_consent_witness_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent')),
    info={'posted': True}
    )
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index('ix_consent_reference_purpose', ['reference', 'purpose'], unique=False)

    op.create_table('fund',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('purpose', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('name_en', sa.String(length=60), nullable=False),
    sa.Column('laid_minor', sa.BigInteger(), nullable=False),
    sa.Column('taken_minor', sa.BigInteger(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("purpose IN ('wishes','enterprise','running_costs')", name=op.f('ck_fund_known_purpose')),
    sa.CheckConstraint('0 <= taken_minor AND taken_minor <= laid_minor', name=op.f('ck_fund_taken_within_laid')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_fund_community_id_community')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fund')),
    sa.UniqueConstraint('community_id', 'code', name=op.f('uq_fund_community_id_code'))
    )
    op.create_table('holder',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('on_behalf', sa.Boolean(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('custodian','bank','platform','charity','person')", name=op.f('ck_holder_known_kind')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_holder_community_id_community')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holder')),
    sa.UniqueConstraint('community_id', 'kind', 'name', name=op.f('uq_holder_community_id_kind_name'))
    )
    op.create_table('import_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('file_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('receipts', sa.Integer(), nullable=False),
    sa.Column('rejected', sa.Integer(), nullable=False),
    sa.Column('ignored', sa.Integer(), nullable=False),
    sa.Column('imported_by_id', sa.Integer(), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_import_batch_community_id_community')),
    sa.ForeignKeyConstraint(['imported_by_id'], ['person.id'], name=op.f('fk_import_batch_imported_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batch')),
    info={'posted': True}
    )
    op.create_table('market_day',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('starts_at', sa.Time(), nullable=False),
    sa.Column('ends_at', sa.Time(), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('bring', sa.Text(), nullable=False),
    sa.Column('give', sa.Text(), nullable=False),
    sa.Column('help', sa.Text(), nullable=False),
    sa.Column('hosts', sa.Text(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_market_day_community_id_community')),
    sa.ForeignKeyConstraint(['created_by_id'], ['person.id'], name=op.f('fk_market_day_created_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_market_day')),
    sa.UniqueConstraint('slug', name=op.f('uq_market_day_slug'))
    )
    with op.batch_alter_table('market_day', schema=None) as batch_op:
        batch_op.create_index('ix_market_day_community_id_held_on', ['community_id', 'held_on'], unique=False)

    op.create_table('account_heading',
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['changed_by_id'], ['person.id'], name=op.f('fk_account_heading_changed_by_id_person')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_account_heading_community_id_community')),
    sa.PrimaryKeyConstraint('community_id', 'kind', name=op.f('pk_account_heading'))
    )
    op.create_table('ledger_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('started_by_id', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('whole', sa.Boolean(), nullable=False),
    sa.Column('verdicts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_ledger_check_community_id_community')),
    sa.ForeignKeyConstraint(['started_by_id'], ['person.id'], name=op.f('fk_ledger_check_started_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_check'))
    )
    with op.batch_alter_table('ledger_check', schema=None) as batch_op:
        batch_op.create_index('ix_ledger_check_community_id_id', ['community_id', 'id'], unique=False)

    op.create_table('month_lock',
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by_id', sa.Integer(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(confirmed_by_id IS NULL) = (confirmed_at IS NULL)', name=op.f('ck_month_lock_confirmed_whole')),
    sa.CheckConstraint('confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id', name=op.f('ck_month_lock_two_people')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_month_lock_community_id_community')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['person.id'], name=op.f('fk_month_lock_confirmed_by_id_person')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['person.id'], name=op.f('fk_month_lock_proposed_by_id_person')),
    sa.PrimaryKeyConstraint('community_id', 'month', name=op.f('pk_month_lock'))
    )
    op.create_table('one_time_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('purpose', sa.String(length=10), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('roles', sa.JSON(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("purpose IN ('invite','reset')", name=op.f('ck_one_time_link_known_purpose')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_one_time_link_community_id_community')),
    sa.ForeignKeyConstraint(['created_by_id'], ['person.id'], name=op.f('fk_one_time_link_created_by_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_one_time_link_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_one_time_link_token_hash'))
    )
    op.create_table('party',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('consignor','person','supplier')", name=op.f('ck_party_known_kind')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_party_community_id_community')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_party_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_party')),
    sa.UniqueConstraint('community_id', 'kind', 'name', name=op.f('uq_party_community_id_kind_name'))
    )
    op.create_table('period',
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('last_number', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_period_community_id_community')),
    sa.PrimaryKeyConstraint('community_id', 'month', name=op.f('pk_period'))
    )
    op.create_table('role_grant',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('granted_by_id', sa.Integer(), nullable=True),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_by_id', sa.Integer(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("role IN ('volunteer','treasurer','social_worker','reviewer','auditor','administrator')", name=op.f('ck_role_grant_known_role')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_role_grant_community_id_community')),
    sa.ForeignKeyConstraint(['granted_by_id'], ['person.id'], name=op.f('fk_role_grant_granted_by_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_role_grant_person_id_person')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['person.id'], name=op.f('fk_role_grant_revoked_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grant'))
    )
    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_grant_community_id'), ['community_id'], unique=False)
        batch_op.create_index('uq_role_grant_standing', ['person_id', 'community_id', 'role'], unique=True, sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))

    op.create_table('voucher',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('booked_on', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('memo', sa.String(length=200), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=True),
    sa.Column('reverses_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_voucher_by_id_person')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_voucher_community_id_community')),
    sa.ForeignKeyConstraint(['reverses_id'], ['voucher.id'], name=op.f('fk_voucher_reverses_id_voucher')),
    sa.ForeignKeyConstraint(['second_id'], ['person.id'], name=op.f('fk_voucher_second_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voucher')),
    sa.UniqueConstraint('community_id', 'month', 'number', name=op.f('uq_voucher_community_id_month_number')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_voucher_reverses_id')),
    info={'posted': True}
    )
    with op.batch_alter_table('voucher', schema=None) as batch_op:
        batch_op.create_index('ix_voucher_community_id_booked_on', ['community_id', 'booked_on'], unique=False)

    op.create_table('second_factor',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=32), nullable=False),
    sa.Column('last_step', sa.BigInteger(), nullable=False),
    sa.Column('set_up_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lost_by_id', sa.Integer(), nullable=True),
    sa.Column('lost_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(lost_at IS NULL) = (lost_by_id IS NULL)', name=op.f('ck_second_factor_lost_by_somebody')),
    sa.ForeignKeyConstraint(['lost_by_id'], ['person.id'], name=op.f('fk_second_factor_lost_by_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_second_factor_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_second_factor'))
    )
    op.create_table('web_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_web_session_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_web_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_web_session_token_hash'))
    )
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_web_session_person_id'), ['person_id'], unique=False)

    op.create_table('wish',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('theme', sa.String(length=20), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('text_en', sa.Text(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('cost_minor', sa.BigInteger(), nullable=False),
    sa.Column('funded_minor', sa.BigInteger(), nullable=False),
    sa.Column('consent_ref', sa.String(length=36), nullable=False),
    sa.Column('content_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    sa.Column('entered_by_id', sa.Integer(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('goods','learning','experience','company')", name=op.f('ck_wish_known_kind')),
    sa.CheckConstraint("state IN ('draft','reviewed','open','lit','bought','delivered','followed_up','withdrawn','expired')", name=op.f('ck_wish_known_state')),
    sa.CheckConstraint('0 <= funded_minor AND funded_minor <= cost_minor', name=op.f('ck_wish_not_overfunded')),
    sa.CheckConstraint('cost_minor >= 0', name=op.f('ck_wish_cost_not_negative')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_wish_community_id_community')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['person.id'], name=op.f('fk_wish_entered_by_id_person')),
    sa.ForeignKeyConstraint(['written_by_id'], ['person.id'], name=op.f('fk_wish_written_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wish')),
    sa.UniqueConstraint('code', name=op.f('uq_wish_code'))
    )
    with op.batch_alter_table('wish', schema=None) as batch_op:
        batch_op.create_index('ix_wish_community_id_state_opened_at', ['community_id', 'state', 'opened_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_wish_consent_ref'), ['consent_ref'], unique=False)

    op.create_table('companions',
    sa.Column('wish_id', sa.Integer(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by_id', sa.Integer(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(confirmed_by_id IS NULL) = (confirmed_at IS NULL)', name=op.f('ck_companions_confirmed_whole')),
    sa.CheckConstraint('confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id', name=op.f('ck_companions_two_people')),
    sa.CheckConstraint('first_id <> second_id', name=op.f('ck_companions_two_companions')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['person.id'], name=op.f('fk_companions_confirmed_by_id_person')),
    sa.ForeignKeyConstraint(['first_id'], ['person.id'], name=op.f('fk_companions_first_id_person')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['person.id'], name=op.f('fk_companions_proposed_by_id_person')),
    sa.ForeignKeyConstraint(['second_id'], ['person.id'], name=op.f('fk_companions_second_id_person')),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name=op.f('fk_companions_wish_id_wish')),
    sa.PrimaryKeyConstraint('wish_id', name=op.f('pk_companions'))
    )
    op.create_table('consent_withdrawal',
    sa.Column('consent_id', sa.Integer(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['consent_id'], ['consent.id'], name=op.f('fk_consent_withdrawal_consent_id_consent')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_consent_withdrawal_recorded_by_id_person')),
    sa.PrimaryKeyConstraint('consent_id', name=op.f('pk_consent_withdrawal')),
    info={'posted': True}
    )
    op.create_table('declared_interest',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_declared_interest_party_id_party')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_declared_interest_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', 'party_id', name=op.f('pk_declared_interest'))
    )
    op.create_table('legal_basis',
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=1), nullable=False),
    sa.Column('holder_id', sa.Integer(), nullable=False),
    sa.Column('certificate', sa.String(length=80), nullable=False),
    sa.Column('agreement', sa.String(length=120), nullable=False),
    sa.Column('filing_number', sa.String(length=80), nullable=False),
    sa.Column('filing_due_on', sa.Date(), nullable=True),
    sa.Column('handover_due_on', sa.Date(), nullable=True),
    sa.CheckConstraint("kind IN ('A','B','C')", name=op.f('ck_legal_basis_known_kind')),
    sa.ForeignKeyConstraint(['holder_id'], ['holder.id'], name=op.f('fk_legal_basis_holder_id_holder')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_legal_basis_market_day_id_market_day')),
    sa.PrimaryKeyConstraint('market_day_id', name=op.f('pk_legal_basis'))
    )
    op.create_table('line_move',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fund_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('start_minor', sa.BigInteger(), nullable=False),
    sa.Column('length_minor', sa.BigInteger(), nullable=False),
    sa.Column('to_start_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('length_minor > 0', name=op.f('ck_line_move_positive')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_line_move_fund_id_fund')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_line_move')),
    info={'posted': True}
    )
    with op.batch_alter_table('line_move', schema=None) as batch_op:
        batch_op.create_index('ix_line_move_fund_id_start_minor', ['fund_id', 'start_minor'], unique=False)
        batch_op.create_index('ix_line_move_fund_id_to_start_minor', ['fund_id', 'to_start_minor'], unique=False)

    op.create_table('market_opening',
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_market_opening_market_day_id_market_day')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_market_opening_opened_by_id_person')),
    sa.PrimaryKeyConstraint('market_day_id', name=op.f('pk_market_opening')),
    info={'posted': True}
    )
    op.create_table('payment_code',
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('tender', sa.String(length=10), nullable=False),
    sa.Column('holder_id', sa.Integer(), nullable=False),
    sa.CheckConstraint("tender IN ('cash','wechat','alipay','other')", name=op.f('ck_payment_code_known_tender')),
    sa.ForeignKeyConstraint(['holder_id'], ['holder.id'], name=op.f('fk_payment_code_holder_id_holder')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_payment_code_market_day_id_market_day')),
    sa.PrimaryKeyConstraint('market_day_id', 'tender', name=op.f('pk_payment_code'))
    )
    op.create_table('policy_share',
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('fund_id', sa.Integer(), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.CheckConstraint('weight > 0', name=op.f('ck_policy_share_positive')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_policy_share_fund_id_fund')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_policy_share_market_day_id_market_day')),
    sa.PrimaryKeyConstraint('market_day_id', 'ordinal', name=op.f('pk_policy_share')),
    sa.UniqueConstraint('market_day_id', 'fund_id', name=op.f('uq_policy_share_market_day_id_fund_id'))
    )
    op.create_table('proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('fund_id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.String(length=16), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("rule IN ('by_hand','oldest_first','smallest_gap','lighting_plan')", name=op.f('ck_proposal_known_rule')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_proposal_community_id_community')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_proposal_fund_id_fund')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['person.id'], name=op.f('fk_proposal_proposed_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal')),
    info={'posted': True}
    )
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.create_index('ix_proposal_community_id_id', ['community_id', 'id'], unique=False)

    op.create_table('stall',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=4), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_stall_market_day_id_market_day')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stall')),
    sa.UniqueConstraint('market_day_id', 'number', name=op.f('uq_stall_market_day_id_number'))
    )
    op.create_table('stall_pass',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stall_id', sa.Integer(), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_by_id', sa.Integer(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('0 <= taken AND taken <= seats', name=op.f('ck_stall_pass_taken_within_seats')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_stall_pass_made_by_id_person')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['person.id'], name=op.f('fk_stall_pass_revoked_by_id_person')),
    sa.ForeignKeyConstraint(['stall_id'], ['stall.id'], name=op.f('fk_stall_pass_stall_id_stall')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stall_pass')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_stall_pass_token_hash'))
    )
    with op.batch_alter_table('stall_pass', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stall_pass_stall_id'), ['stall_id'], unique=False)
        batch_op.create_index('uq_stall_pass_standing', ['stall_id'], unique=True, sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))

    op.create_table('day_digits',
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('digits', sa.String(length=4), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['changed_by_id'], ['person.id'], name=op.f('fk_day_digits_changed_by_id_person')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_day_digits_market_day_id_market_day')),
    sa.PrimaryKeyConstraint('market_day_id', name=op.f('pk_day_digits'))
    )
    op.create_table('device',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('letter', sa.String(length=4), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('last_sequence', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pass_id', sa.Integer(), nullable=True),
    sa.Column('phone_id', sa.Integer(), nullable=True),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unsent', sa.Integer(), nullable=False),
    sa.Column('due_ms', sa.BigInteger(), nullable=False),
    sa.Column('revoked_by_id', sa.Integer(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('form','phone','import','paper')", name=op.f('ck_device_known_kind')),
    sa.CheckConstraint('unsent >= 0', name=op.f('ck_device_unsent_not_negative')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_device_market_day_id_market_day')),
    sa.ForeignKeyConstraint(['pass_id'], ['stall_pass.id'], name=op.f('fk_device_pass_id_stall_pass')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_device_person_id_person')),
    sa.ForeignKeyConstraint(['phone_id'], ['device.id'], name=op.f('fk_device_phone_id_device')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['person.id'], name=op.f('fk_device_revoked_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device')),
    sa.UniqueConstraint('market_day_id', 'letter', name=op.f('uq_device_market_day_id_letter')),
    sa.UniqueConstraint('phone_id', name=op.f('uq_device_phone_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_device_token_hash'))
    )
    with op.batch_alter_table('device', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_device_pass_id'), ['pass_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_device_person_id'), ['person_id'], unique=False)

    op.create_table('device_holder',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_device_holder_device_id_device')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device_holder'))
    )
    with op.batch_alter_table('device_holder', schema=None) as batch_op:
        batch_op.create_index('ix_device_holder_device_id_id', ['device_id', 'id'], unique=False)

    op.create_table('phone_void',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('device_id', sa.Integer(), nullable=False),
    sa.Column('sale_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('phone_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.CheckConstraint('sequence > 0', name=op.f('ck_phone_void_sequence_positive')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_phone_void_device_id_device')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phone_void')),
    sa.UniqueConstraint('device_id', 'sale_id', name=op.f('uq_phone_void_device_id_sale_id')),
    sa.UniqueConstraint('device_id', 'sequence', name=op.f('uq_phone_void_device_id_sequence')),
    info={'posted': True}
    )
    op.create_table('slip',
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('device_id', sa.Integer(), nullable=False),
    sa.Column('minted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_slip_device_id_device')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_slip')),
    info={'posted': True}
    )
    with op.batch_alter_table('slip', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_slip_device_id'), ['device_id'], unique=False)

    op.create_table('till',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('safe_holder_id', sa.Integer(), nullable=False),
    sa.Column('float_minor', sa.BigInteger(), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('float_minor >= 0', name=op.f('ck_till_float_not_negative')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_till_market_day_id_market_day')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_till_opened_by_id_person')),
    sa.ForeignKeyConstraint(['safe_holder_id'], ['holder.id'], name=op.f('fk_till_safe_holder_id_holder')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_till')),
    sa.UniqueConstraint('market_day_id', 'number', name=op.f('uq_till_market_day_id_number')),
    info={'posted': True}
    )
    op.create_table('device_sign_off',
    sa.Column('till_id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.Integer(), nullable=False),
    sa.Column('last_sequence', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('last_sequence >= 0', name=op.f('ck_device_sign_off_sequence_not_negative')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_device_sign_off_device_id_device')),
    sa.ForeignKeyConstraint(['till_id'], ['till.id'], name=op.f('fk_device_sign_off_till_id_till')),
    sa.PrimaryKeyConstraint('till_id', 'device_id', name=op.f('pk_device_sign_off'))
    )
    op.create_table('wish_cost',
    sa.Column('wish_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_wish_cost_positive')),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name=op.f('fk_wish_cost_wish_id_wish')),
    sa.PrimaryKeyConstraint('wish_id', 'number', name=op.f('pk_wish_cost'))
    )
    op.create_table('wish_review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('wish_id', sa.Integer(), nullable=False),
    sa.Column('content_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('neighbours_could_guess', sa.Boolean(), nullable=False),
    sa.Column('school_could_guess', sa.Boolean(), nullable=False),
    sa.Column('child_would_be_hurt', sa.Boolean(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('reviewed_by_id', sa.Integer(), nullable=False),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['reviewed_by_id'], ['person.id'], name=op.f('fk_wish_review_reviewed_by_id_person')),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name=op.f('fk_wish_review_wish_id_wish')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wish_review')),
    info={'posted': True}
    )
    with op.batch_alter_table('wish_review', schema=None) as batch_op:
        batch_op.create_index('ix_wish_review_wish_id', ['wish_id'], unique=False)

    op.create_table('wish_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('wish_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('evidence', sa.String(length=200), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_wish_step_by_id_person')),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name=op.f('fk_wish_step_wish_id_wish')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wish_step')),
    info={'posted': True}
    )
    with op.batch_alter_table('wish_step', schema=None) as batch_op:
        batch_op.create_index('ix_wish_step_wish_id', ['wish_id'], unique=False)

    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('holder_id', sa.Integer(), nullable=True),
    sa.Column('party_id', sa.Integer(), nullable=True),
    sa.Column('till_id', sa.Integer(), nullable=True),
    sa.Column('fund_id', sa.Integer(), nullable=True),
    sa.Column('balance_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("kind NOT IN ('cash_safe','bank','costs_to_settle','refunds_to_settle') OR balance_minor >= 0", name=op.f('ck_account_debit_side')),
    sa.CheckConstraint("kind NOT IN ('fund_unallocated','fund_committed') OR balance_minor <= 0", name=op.f('ck_account_credit_side')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_account_community_id_community')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_account_fund_id_fund')),
    sa.ForeignKeyConstraint(['holder_id'], ['holder.id'], name=op.f('fk_account_holder_id_holder')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_account_party_id_party')),
    sa.ForeignKeyConstraint(['till_id'], ['till.id'], name=op.f('fk_account_till_id_till')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('community_id', 'code', name=op.f('uq_account_community_id_code'))
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.create_index('ix_account_with_money', ['community_id'], unique=False, sqlite_where=sa.text('balance_minor <> 0'), postgresql_where=sa.text('balance_minor <> 0'))

    op.create_table('cash_count',
    sa.Column('till_id', sa.Integer(), nullable=False),
    sa.Column('pieces', sa.JSON(), nullable=False),
    sa.Column('counted_minor', sa.BigInteger(), nullable=False),
    sa.Column('box_minor', sa.BigInteger(), nullable=False),
    sa.Column('counted_by_id', sa.Integer(), nullable=False),
    sa.Column('first_name', sa.String(length=40), nullable=False),
    sa.Column('second_name', sa.String(length=40), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('counted_minor >= 0', name=op.f('ck_cash_count_not_negative')),
    sa.CheckConstraint('box_minor BETWEEN 0 AND counted_minor', name=op.f('ck_cash_count_box_within')),
    sa.ForeignKeyConstraint(['counted_by_id'], ['person.id'], name=op.f('fk_cash_count_counted_by_id_person')),
    sa.ForeignKeyConstraint(['till_id'], ['till.id'], name=op.f('fk_cash_count_till_id_till')),
    sa.PrimaryKeyConstraint('till_id', name=op.f('pk_cash_count')),
    info={'posted': True}
    )
    op.create_table('closure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('till_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('sales', sa.Integer(), nullable=False),
    sa.Column('net_minor', sa.BigInteger(), nullable=False),
    sa.Column('box_minor', sa.BigInteger(), nullable=False),
    sa.Column('expected_minor', sa.BigInteger(), nullable=True),
    sa.Column('counted_minor', sa.BigInteger(), nullable=True),
    sa.Column('variance_minor', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('merkle_root', sa.LargeBinary(length=32), nullable=False),
    sa.Column('voucher_id', sa.Integer(), nullable=True),
    sa.Column('count_voucher_id', sa.Integer(), nullable=True),
    sa.Column('closed_by_id', sa.Integer(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(number = 1) = (counted_minor IS NOT NULL)', name=op.f('ck_closure_first_is_counted')),
    sa.CheckConstraint('counted_minor IS NULL OR counted_minor - expected_minor = variance_minor', name=op.f('ck_closure_variance_is_difference')),
    sa.CheckConstraint('net_minor >= 0 AND box_minor >= 0', name=op.f('ck_closure_not_negative')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['person.id'], name=op.f('fk_closure_closed_by_id_person')),
    sa.ForeignKeyConstraint(['count_voucher_id'], ['voucher.id'], name=op.f('fk_closure_count_voucher_id_voucher')),
    sa.ForeignKeyConstraint(['till_id'], ['till.id'], name=op.f('fk_closure_till_id_till')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_closure_voucher_id_voucher')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_closure')),
    sa.UniqueConstraint('till_id', 'number', name=op.f('uq_closure_till_id_number')),
    info={'posted': True}
    )
    op.create_table('listing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stall_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('initials', sa.String(length=60), nullable=False),
    sa.Column('price_minor', sa.BigInteger(), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('stock', sa.Integer(), nullable=True),
    sa.Column('sold', sa.Integer(), nullable=False),
    sa.Column('consignor_id', sa.Integer(), nullable=True),
    sa.Column('share_bp', sa.Integer(), nullable=True),
    sa.Column('fixed_minor', sa.BigInteger(), nullable=True),
    sa.Column('floor_minor', sa.BigInteger(), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('goods','service')", name=op.f('ck_listing_known_kind')),
    sa.CheckConstraint('(consignor_id IS NULL AND share_bp IS NULL AND fixed_minor IS NULL) OR (consignor_id IS NOT NULL AND (share_bp IS NULL) <> (fixed_minor IS NULL))', name=op.f('ck_listing_consigned_one_way')),
    sa.CheckConstraint('price_minor IS NULL OR price_minor >= 0', name=op.f('ck_listing_price_not_negative')),
    sa.CheckConstraint('share_bp IS NULL OR share_bp BETWEEN 0 AND 10000', name=op.f('ck_listing_share_whole')),
    sa.ForeignKeyConstraint(['consignor_id'], ['party.id'], name=op.f('fk_listing_consignor_id_party')),
    sa.ForeignKeyConstraint(['stall_id'], ['stall.id'], name=op.f('fk_listing_stall_id_stall')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listing'))
    )
    with op.batch_alter_table('listing', schema=None) as batch_op:
        batch_op.create_index('ix_listing_stall_id_position', ['stall_id', 'position'], unique=False)

    op.create_table('proposal_decision',
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_proposal_decision_decided_by_id_person')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposal_decision_proposal_id_proposal')),
    sa.PrimaryKeyConstraint('proposal_id', name=op.f('pk_proposal_decision')),
    info={'posted': True}
    )
    op.create_table('proposal_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('wish_id', sa.Integer(), nullable=True),
    sa.Column('market_day_id', sa.Integer(), nullable=True),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('(wish_id IS NULL) <> (market_day_id IS NULL)', name=op.f('ck_proposal_item_one_use')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_proposal_item_positive')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_proposal_item_market_day_id_market_day')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposal_item_proposal_id_proposal')),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name=op.f('fk_proposal_item_wish_id_wish')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal_item')),
    info={'posted': True}
    )
    with op.batch_alter_table('proposal_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_item_proposal_id'), ['proposal_id'], unique=False)

    op.create_table('quarantined_sale',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('till_id', sa.Integer(), nullable=True),
    sa.Column('device_id', sa.Integer(), nullable=True),
    sa.Column('sale_id', sa.Uuid(), nullable=True),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_quarantined_sale_device_id_device')),
    sa.ForeignKeyConstraint(['till_id'], ['till.id'], name=op.f('fk_quarantined_sale_till_id_till')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quarantined_sale')),
    sa.UniqueConstraint('hash', name=op.f('uq_quarantined_sale_hash')),
    info={'posted': True}
    )
    with op.batch_alter_table('quarantined_sale', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_quarantined_sale_till_id'), ['till_id'], unique=False)

    op.create_table('sale',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('till_id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.Integer(), nullable=False),
    sa.Column('stall_id', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('day_number', sa.String(length=16), nullable=False),
    sa.Column('tender', sa.String(length=10), nullable=False),
    sa.Column('lines_minor', sa.BigInteger(), nullable=False),
    sa.Column('gift_minor', sa.BigInteger(), nullable=False),
    sa.Column('tendered_minor', sa.BigInteger(), nullable=True),
    sa.Column('consignor_minor', sa.BigInteger(), nullable=False),
    sa.Column('net_minor', sa.BigInteger(), nullable=False),
    sa.Column('phone_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.CheckConstraint("tender IN ('cash','wechat','alipay','other')", name=op.f('ck_sale_known_tender')),
    sa.CheckConstraint('gift_minor >= 0', name=op.f('ck_sale_gift_not_negative')),
    sa.CheckConstraint('lines_minor + gift_minor = net_minor + consignor_minor', name=op.f('ck_sale_net_is_rest')),
    sa.CheckConstraint('net_minor >= 0', name=op.f('ck_sale_net_not_negative')),
    sa.CheckConstraint('tendered_minor IS NULL OR tendered_minor >= lines_minor + gift_minor', name=op.f('ck_sale_tendered_covers')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_sale_device_id_device')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sale_person_id_person')),
    sa.ForeignKeyConstraint(['stall_id'], ['stall.id'], name=op.f('fk_sale_stall_id_stall')),
    sa.ForeignKeyConstraint(['till_id'], ['till.id'], name=op.f('fk_sale_till_id_till')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sale')),
    sa.UniqueConstraint('code', name=op.f('uq_sale_code')),
    sa.UniqueConstraint('device_id', 'sequence', name=op.f('uq_sale_device_id_sequence')),
    info={'posted': True}
    )
    with op.batch_alter_table('sale', schema=None) as batch_op:
        batch_op.create_index('ix_sale_till_id_recorded_at', ['till_id', 'recorded_at', 'id'], unique=False)

    op.create_table('till_move',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('till_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('voucher_id', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('pay_in','pay_out')", name=op.f('ck_till_move_known_kind')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_till_move_positive')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_till_move_by_id_person')),
    sa.ForeignKeyConstraint(['till_id'], ['till.id'], name=op.f('fk_till_move_till_id_till')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_till_move_voucher_id_voucher')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_till_move')),
    info={'posted': True}
    )
    with op.batch_alter_table('till_move', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_till_move_till_id'), ['till_id'], unique=False)

    op.create_table('till_stall',
    sa.Column('till_id', sa.Integer(), nullable=False),
    sa.Column('stall_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['stall_id'], ['stall.id'], name=op.f('fk_till_stall_stall_id_stall')),
    sa.ForeignKeyConstraint(['till_id'], ['till.id'], name=op.f('fk_till_stall_till_id_till')),
    sa.PrimaryKeyConstraint('till_id', 'stall_id', name=op.f('pk_till_stall')),
    info={'posted': True}
    )
    with op.batch_alter_table('till_stall', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_till_stall_stall_id'), ['stall_id'], unique=False)

    op.create_table('till_total',
    sa.Column('till_id', sa.Integer(), nullable=False),
    sa.Column('tender', sa.String(length=10), nullable=False),
    sa.Column('sales', sa.Integer(), nullable=False),
    sa.Column('due_minor', sa.BigInteger(), nullable=False),
    sa.Column('net_minor', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['till_id'], ['till.id'], name=op.f('fk_till_total_till_id_till')),
    sa.PrimaryKeyConstraint('till_id', 'tender', name=op.f('pk_till_total'))
    )
    op.create_table('allocation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fund_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('wish_id', sa.Integer(), nullable=True),
    sa.Column('market_day_id', sa.Integer(), nullable=True),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('spent_minor', sa.BigInteger(), nullable=False),
    sa.Column('returned_minor', sa.BigInteger(), nullable=False),
    sa.Column('voucher_id', sa.Integer(), nullable=False),
    sa.Column('allocated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(wish_id IS NULL) <> (market_day_id IS NULL)', name=op.f('ck_allocation_one_use')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_allocation_positive')),
    sa.CheckConstraint('spent_minor >= 0 AND returned_minor >= 0 AND spent_minor + returned_minor <= amount_minor', name=op.f('ck_allocation_within')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_allocation_fund_id_fund')),
    sa.ForeignKeyConstraint(['item_id'], ['proposal_item.id'], name=op.f('fk_allocation_item_id_proposal_item')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_allocation_market_day_id_market_day')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_allocation_voucher_id_voucher')),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name=op.f('fk_allocation_wish_id_wish')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_allocation')),
    sa.UniqueConstraint('item_id', name=op.f('uq_allocation_item_id'))
    )
    with op.batch_alter_table('allocation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_allocation_market_day_id'), ['market_day_id'], unique=False)
        batch_op.create_index('ix_allocation_wish_id', ['wish_id'], unique=False)

    op.create_table('count_confirmation',
    sa.Column('till_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('signature', sa.String(length=40), nullable=False),
    sa.Column('strokes', sa.Text(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_count_confirmation_person_id_person')),
    sa.ForeignKeyConstraint(['till_id'], ['cash_count.till_id'], name=op.f('fk_count_confirmation_till_id_cash_count')),
    sa.PrimaryKeyConstraint('till_id', name=op.f('pk_count_confirmation')),
    info={'posted': True}
    )
    op.create_table('posting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('voucher_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount_minor <> 0', name=op.f('ck_posting_not_zero')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_posting_account_id_account')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_posting_voucher_id_voucher'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posting')),
    info={'posted': True}
    )
    with op.batch_alter_table('posting', schema=None) as batch_op:
        batch_op.create_index('ix_posting_account_id_id', ['account_id', 'id'], unique=False)
        batch_op.create_index('ix_posting_voucher_id', ['voucher_id'], unique=False)

    op.create_table('refund_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sale_id', sa.Uuid(), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('gift_minor', sa.BigInteger(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('paid_from', sa.String(length=8), nullable=False),
    sa.Column('safe_holder_id', sa.Integer(), nullable=True),
    sa.Column('till_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=True),
    sa.Column('void_id', sa.Uuid(), nullable=True),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(proposed_by_id IS NULL) = (void_id IS NOT NULL)", name=op.f('ck_refund_request_asked_by_one')),
    sa.CheckConstraint("paid_from IN ('till','safe','tender','box')", name=op.f('ck_refund_request_known_source')),
    sa.CheckConstraint("(paid_from = 'safe') = (safe_holder_id IS NOT NULL) AND (paid_from = 'till') = (till_id IS NOT NULL)", name=op.f('ck_refund_request_source_named')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['person.id'], name=op.f('fk_refund_request_proposed_by_id_person')),
    sa.ForeignKeyConstraint(['safe_holder_id'], ['holder.id'], name=op.f('fk_refund_request_safe_holder_id_holder')),
    sa.ForeignKeyConstraint(['sale_id'], ['sale.id'], name=op.f('fk_refund_request_sale_id_sale')),
    sa.ForeignKeyConstraint(['till_id'], ['till.id'], name=op.f('fk_refund_request_till_id_till')),
    sa.ForeignKeyConstraint(['void_id'], ['phone_void.id'], name=op.f('fk_refund_request_void_id_phone_void')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refund_request')),
    sa.UniqueConstraint('void_id', name=op.f('uq_refund_request_void_id')),
    info={'posted': True}
    )
    with op.batch_alter_table('refund_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_refund_request_sale_id'), ['sale_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_refund_request_till_id'), ['till_id'], unique=False)

    op.create_table('sale_line',
    sa.Column('sale_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit_price_minor', sa.BigInteger(), nullable=False),
    sa.Column('consignor_id', sa.Integer(), nullable=True),
    sa.Column('share_bp', sa.Integer(), nullable=True),
    sa.Column('fixed_minor', sa.BigInteger(), nullable=True),
    sa.Column('consignor_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('consignor_minor >= 0 AND consignor_minor <= quantity * unit_price_minor', name=op.f('ck_sale_line_consignor_within')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_sale_line_quantity_positive')),
    sa.CheckConstraint('unit_price_minor >= 0', name=op.f('ck_sale_line_price_not_negative')),
    sa.ForeignKeyConstraint(['consignor_id'], ['party.id'], name=op.f('fk_sale_line_consignor_id_party')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_sale_line_listing_id_listing')),
    sa.ForeignKeyConstraint(['sale_id'], ['sale.id'], name=op.f('fk_sale_line_sale_id_sale')),
    sa.PrimaryKeyConstraint('sale_id', 'number', name=op.f('pk_sale_line')),
    info={'posted': True}
    )
    op.create_table('sale_position',
    sa.Column('sale_id', sa.Uuid(), nullable=False),
    sa.Column('closure_id', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('start_minor', sa.BigInteger(), nullable=False),
    sa.Column('end_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('start_minor >= 0 AND end_minor >= start_minor', name=op.f('ck_sale_position_forward')),
    sa.ForeignKeyConstraint(['closure_id'], ['closure.id'], name=op.f('fk_sale_position_closure_id_closure')),
    sa.ForeignKeyConstraint(['sale_id'], ['sale.id'], name=op.f('fk_sale_position_sale_id_sale')),
    sa.PrimaryKeyConstraint('sale_id', name=op.f('pk_sale_position')),
    sa.UniqueConstraint('closure_id', 'ordinal', name=op.f('uq_sale_position_closure_id_ordinal')),
    info={'posted': True}
    )
    with op.batch_alter_table('sale_position', schema=None) as batch_op:
        batch_op.create_index('ix_sale_position_closure_id_end', ['closure_id', 'end_minor'], unique=False)

    op.create_table('sale_void',
    sa.Column('sale_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('phone_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('voided_by_id', sa.Integer(), nullable=True),
    sa.Column('voided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.ForeignKeyConstraint(['sale_id'], ['sale.id'], name=op.f('fk_sale_void_sale_id_sale')),
    sa.ForeignKeyConstraint(['voided_by_id'], ['person.id'], name=op.f('fk_sale_void_voided_by_id_person')),
    sa.PrimaryKeyConstraint('sale_id', name=op.f('pk_sale_void')),
    sa.UniqueConstraint('id', name=op.f('uq_sale_void_id')),
    info={'posted': True}
    )
    op.create_table('allocation_return',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('allocation_id', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('voucher_id', sa.Integer(), nullable=False),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_allocation_return_positive')),
    sa.ForeignKeyConstraint(['allocation_id'], ['allocation.id'], name=op.f('fk_allocation_return_allocation_id_allocation')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_allocation_return_voucher_id_voucher')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_allocation_return')),
    info={'posted': True}
    )
    with op.batch_alter_table('allocation_return', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_allocation_return_allocation_id'), ['allocation_id'], unique=False)

    op.create_table('money_move',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('fee_minor', sa.BigInteger(), nullable=False),
    sa.Column('from_account_id', sa.Integer(), nullable=True),
    sa.Column('to_account_id', sa.Integer(), nullable=True),
    sa.Column('party_id', sa.Integer(), nullable=True),
    sa.Column('till_id', sa.Integer(), nullable=True),
    sa.Column('wish_id', sa.Integer(), nullable=True),
    sa.Column('allocation_id', sa.Integer(), nullable=True),
    sa.Column('market_day_id', sa.Integer(), nullable=True),
    sa.Column('reverses_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('evidence', sa.String(length=200), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_money_move_positive')),
    sa.CheckConstraint('fee_minor >= 0 AND fee_minor <= amount_minor', name=op.f('ck_money_move_fee_within')),
    sa.ForeignKeyConstraint(['allocation_id'], ['allocation.id'], name=op.f('fk_money_move_allocation_id_allocation')),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name=op.f('fk_money_move_community_id_community')),
    sa.ForeignKeyConstraint(['from_account_id'], ['account.id'], name=op.f('fk_money_move_from_account_id_account')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_money_move_market_day_id_market_day')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_money_move_party_id_party')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['person.id'], name=op.f('fk_money_move_proposed_by_id_person')),
    sa.ForeignKeyConstraint(['reverses_id'], ['voucher.id'], name=op.f('fk_money_move_reverses_id_voucher')),
    sa.ForeignKeyConstraint(['till_id'], ['till.id'], name=op.f('fk_money_move_till_id_till')),
    sa.ForeignKeyConstraint(['to_account_id'], ['account.id'], name=op.f('fk_money_move_to_account_id_account')),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name=op.f('fk_money_move_wish_id_wish')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_money_move')),
    info={'posted': True}
    )
    with op.batch_alter_table('money_move', schema=None) as batch_op:
        batch_op.create_index('ix_money_move_community_id_id', ['community_id', 'id'], unique=False)

    op.create_table('refund',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('sale_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('consignor_minor', sa.BigInteger(), nullable=False),
    sa.Column('start_minor', sa.BigInteger(), nullable=False),
    sa.Column('end_minor', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('voucher_id', sa.Integer(), nullable=False),
    sa.Column('paid_by_id', sa.Integer(), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_minor = consignor_minor + end_minor - start_minor', name=op.f('ck_refund_parts_sum')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_refund_positive')),
    sa.CheckConstraint('end_minor >= start_minor', name=op.f('ck_refund_forward')),
    sa.ForeignKeyConstraint(['paid_by_id'], ['person.id'], name=op.f('fk_refund_paid_by_id_person')),
    sa.ForeignKeyConstraint(['request_id'], ['refund_request.id'], name=op.f('fk_refund_request_id_refund_request')),
    sa.ForeignKeyConstraint(['sale_id'], ['sale.id'], name=op.f('fk_refund_sale_id_sale')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_refund_voucher_id_voucher')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refund')),
    sa.UniqueConstraint('request_id', name=op.f('uq_refund_request_id')),
    sa.UniqueConstraint('sale_id', 'number', name=op.f('uq_refund_sale_id_number')),
    info={'posted': True}
    )
    op.create_table('refund_decision',
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_refund_decision_decided_by_id_person')),
    sa.ForeignKeyConstraint(['request_id'], ['refund_request.id'], name=op.f('fk_refund_decision_request_id_refund_request')),
    sa.PrimaryKeyConstraint('request_id', name=op.f('pk_refund_decision')),
    info={'posted': True}
    )
    op.create_table('laying',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fund_id', sa.Integer(), nullable=False),
    sa.Column('start_minor', sa.BigInteger(), nullable=False),
    sa.Column('end_minor', sa.BigInteger(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('closure_id', sa.Integer(), nullable=True),
    sa.Column('fund_ordinal', sa.Integer(), nullable=True),
    sa.Column('box_move_id', sa.Integer(), nullable=True),
    sa.Column('return_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(CASE WHEN closure_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN box_move_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN return_id IS NULL THEN 0 ELSE 1 END) = 1', name=op.f('ck_laying_one_source')),
    sa.CheckConstraint('end_minor > start_minor', name=op.f('ck_laying_forward')),
    sa.ForeignKeyConstraint(['box_move_id'], ['money_move.id'], name=op.f('fk_laying_box_move_id_money_move')),
    sa.ForeignKeyConstraint(['closure_id'], ['closure.id'], name=op.f('fk_laying_closure_id_closure')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_laying_fund_id_fund')),
    sa.ForeignKeyConstraint(['return_id'], ['allocation_return.id'], name=op.f('fk_laying_return_id_allocation_return')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_laying')),
    sa.UniqueConstraint('fund_id', 'start_minor', name=op.f('uq_laying_fund_id_start_minor')),
    info={'posted': True}
    )
    with op.batch_alter_table('laying', schema=None) as batch_op:
        batch_op.create_index('ix_laying_closure_id', ['closure_id'], unique=False)

    op.create_table('money_move_decision',
    sa.Column('move_id', sa.Integer(), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('voucher_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('approved = (voucher_id IS NOT NULL)', name=op.f('ck_money_move_decision_approved_is_posted')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_money_move_decision_decided_by_id_person')),
    sa.ForeignKeyConstraint(['move_id'], ['money_move.id'], name=op.f('fk_money_move_decision_move_id_money_move')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_money_move_decision_voucher_id_voucher')),
    sa.PrimaryKeyConstraint('move_id', name=op.f('pk_money_move_decision')),
    info={'posted': True}
    )
    op.create_table('refund_claim',
    sa.Column('refund_id', sa.Integer(), nullable=False),
    sa.Column('fund_id', sa.Integer(), nullable=False),
    sa.Column('start_minor', sa.BigInteger(), nullable=False),
    sa.Column('end_minor', sa.BigInteger(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.CheckConstraint('end_minor > start_minor', name=op.f('ck_refund_claim_forward')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_refund_claim_fund_id_fund')),
    sa.ForeignKeyConstraint(['refund_id'], ['refund.id'], name=op.f('fk_refund_claim_refund_id_refund')),
    sa.PrimaryKeyConstraint('refund_id', 'fund_id', name=op.f('pk_refund_claim')),
    info={'posted': True}
    )
    op.create_table('refund_line',
    sa.Column('refund_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('consignor_minor', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['refund_id'], ['refund.id'], name=op.f('fk_refund_line_refund_id_refund')),
    sa.PrimaryKeyConstraint('refund_id', 'number', name=op.f('pk_refund_line')),
    info={'posted': True}
    )
    op.create_table('refund_settlement',
    sa.Column('refund_id', sa.Integer(), nullable=False),
    sa.Column('voucher_id', sa.Integer(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['refund_id'], ['refund.id'], name=op.f('fk_refund_settlement_refund_id_refund')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_refund_settlement_voucher_id_voucher')),
    sa.PrimaryKeyConstraint('refund_id', name=op.f('pk_refund_settlement')),
    info={'posted': True}
    )
    op.create_table('taking',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fund_id', sa.Integer(), nullable=False),
    sa.Column('start_minor', sa.BigInteger(), nullable=False),
    sa.Column('end_minor', sa.BigInteger(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('allocation_id', sa.Integer(), nullable=True),
    sa.Column('refund_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(allocation_id IS NULL) <> (refund_id IS NULL)', name=op.f('ck_taking_one_use')),
    sa.CheckConstraint('end_minor > start_minor', name=op.f('ck_taking_forward')),
    sa.ForeignKeyConstraint(['allocation_id'], ['allocation.id'], name=op.f('fk_taking_allocation_id_allocation')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_taking_fund_id_fund')),
    sa.ForeignKeyConstraint(['refund_id'], ['refund.id'], name=op.f('fk_taking_refund_id_refund')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_taking')),
    sa.UniqueConstraint('allocation_id', name=op.f('uq_taking_allocation_id')),
    sa.UniqueConstraint('fund_id', 'start_minor', name=op.f('uq_taking_fund_id_start_minor')),
    info={'posted': True}
    )
    with op.batch_alter_table('taking', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_taking_refund_id'), ['refund_id'], unique=False)

    op.create_table('lighting_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('fund_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_lighting_plan_fund_id_fund')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_lighting_plan_market_day_id_market_day')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['person.id'], name=op.f('fk_lighting_plan_proposed_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lighting_plan')),
    info={'posted': True}
    )
    with op.batch_alter_table('lighting_plan', schema=None) as batch_op:
        batch_op.create_index('ix_lighting_plan_market_day_id_fund_id', ['market_day_id', 'fund_id', 'id'], unique=False)

    op.create_table('lighting_line',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('wish_id', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('in_part', sa.Boolean(), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_lighting_line_positive')),
    sa.ForeignKeyConstraint(['plan_id'], ['lighting_plan.id'], name=op.f('fk_lighting_line_plan_id_lighting_plan')),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name=op.f('fk_lighting_line_wish_id_wish')),
    sa.PrimaryKeyConstraint('plan_id', 'ordinal', name=op.f('pk_lighting_line')),
    sa.UniqueConstraint('plan_id', 'wish_id', name=op.f('uq_lighting_line_plan_id_wish_id')),
    info={'posted': True}
    )
    with op.batch_alter_table('lighting_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lighting_line_wish_id'), ['wish_id'], unique=False)

    op.create_table('lighting_decision',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_lighting_decision_decided_by_id_person')),
    sa.ForeignKeyConstraint(['plan_id'], ['lighting_plan.id'], name=op.f('fk_lighting_decision_plan_id_lighting_plan')),
    sa.PrimaryKeyConstraint('plan_id', name=op.f('pk_lighting_decision')),
    info={'posted': True}
    )
    op.create_table('lighting_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('closure_id', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=True),
    sa.Column('budget_minor', sa.BigInteger(), nullable=False),
    sa.Column('failed', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('budget_minor >= 0', name=op.f('ck_lighting_run_not_negative')),
    sa.ForeignKeyConstraint(['closure_id'], ['closure.id'], name=op.f('fk_lighting_run_closure_id_closure')),
    sa.ForeignKeyConstraint(['plan_id'], ['lighting_plan.id'], name=op.f('fk_lighting_run_plan_id_lighting_plan')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_lighting_run_proposal_id_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lighting_run')),
    sa.UniqueConstraint('plan_id', 'closure_id', name=op.f('uq_lighting_run_plan_id_closure_id')),
    sa.UniqueConstraint('proposal_id', name=op.f('uq_lighting_run_proposal_id')),
    info={'posted': True}
    )
    with op.batch_alter_table('lighting_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lighting_run_closure_id'), ['closure_id'], unique=False)

    op.create_table('lighting_outcome',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('fate', sa.String(length=10), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('short_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("fate IN ('lit','part','short','behind','already','ended','not_open','hidden','dearer')", name=op.f('ck_lighting_outcome_known_fate')),
    sa.CheckConstraint("short_minor >= 0 AND (amount_minor > 0) = (fate IN ('lit','part'))", name=op.f('ck_lighting_outcome_given_or_dark')),
    sa.ForeignKeyConstraint(['run_id'], ['lighting_run.id'], name=op.f('fk_lighting_outcome_run_id_lighting_run')),
    sa.PrimaryKeyConstraint('run_id', 'ordinal', name=op.f('pk_lighting_outcome')),
    info={'posted': True}
    )
    op.create_table('turn_count',
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('changes', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_turn_count_market_day_id_market_day')),
    sa.PrimaryKeyConstraint('market_day_id', name=op.f('pk_turn_count'))
    )
    op.create_table('service',
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('way', sa.String(length=8), nullable=False),
    sa.Column('provider', sa.String(length=40), nullable=False),
    sa.Column('care', sa.Boolean(), nullable=False),
    sa.CheckConstraint("NOT (care AND way = 'left')", name=op.f('ck_service_care_is_not_left')),
    sa.CheckConstraint("way IN ('number','slot','left')", name=op.f('ck_service_known_way')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_service_listing_id_listing')),
    sa.PrimaryKeyConstraint('listing_id', name=op.f('pk_service'))
    )
    op.create_table('turn',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('slot_at', sa.Time(), nullable=True),
    sa.Column('label', sa.String(length=12), nullable=False),
    sa.Column('tag', sa.String(length=4), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(slot_at IS NULL) = (number IS NOT NULL)', name=op.f('ck_turn_slot_or_number')),
    sa.CheckConstraint('number IS NULL OR device_id IS NOT NULL', name=op.f('ck_turn_number_of_device')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_turn_by_id_person')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_turn_device_id_device')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_turn_listing_id_listing')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_turn')),
    sa.UniqueConstraint('listing_id', 'device_id', 'number', name=op.f('uq_turn_listing_id_device_id_number')),
    info={'posted': True}
    )
    with op.batch_alter_table('turn', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_turn_listing_id'), ['listing_id'], unique=False)

    op.create_table('slot',
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.Time(), nullable=False),
    sa.Column('turn_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_slot_listing_id_listing')),
    sa.ForeignKeyConstraint(['turn_id'], ['turn.id'], name=op.f('fk_slot_turn_id_turn')),
    sa.PrimaryKeyConstraint('listing_id', 'at', name=op.f('pk_slot')),
    sa.UniqueConstraint('turn_id', name=op.f('uq_slot_turn_id'))
    )
    op.create_table('turn_contact',
    sa.Column('turn_id', sa.Uuid(), nullable=False),
    sa.Column('nickname', sa.String(length=12), nullable=False),
    sa.Column('phone_tail', sa.String(length=4), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(length=32), nullable=True),
    sa.ForeignKeyConstraint(['turn_id'], ['turn.id'], name=op.f('fk_turn_contact_turn_id_turn')),
    sa.PrimaryKeyConstraint('turn_id', name=op.f('pk_turn_contact')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_turn_contact_code_hash'))
    )
    op.create_table('turn_promise',
    sa.Column('turn_id', sa.Uuid(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_turn_promise_by_id_person')),
    sa.ForeignKeyConstraint(['turn_id'], ['turn.id'], name=op.f('fk_turn_promise_turn_id_turn')),
    sa.PrimaryKeyConstraint('turn_id', 'ordinal', name=op.f('pk_turn_promise')),
    info={'posted': True}
    )
    op.create_table('turn_step',
    sa.Column('turn_id', sa.Uuid(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('first_name', sa.String(length=40), nullable=False),
    sa.Column('second_name', sa.String(length=40), nullable=False),
    sa.Column('tag_lost', sa.Boolean(), nullable=False),
    sa.Column('device_id', sa.Integer(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("NOT tag_lost OR (first_name <> '' AND second_name <> '')", name=op.f('ck_turn_step_two_for_a_lost_tag')),
    sa.CheckConstraint("state IN ('waiting','arrived','done','collected','missed','cancelled')", name=op.f('ck_turn_step_known_state')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_turn_step_by_id_person')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_turn_step_device_id_device')),
    sa.ForeignKeyConstraint(['turn_id'], ['turn.id'], name=op.f('fk_turn_step_turn_id_turn')),
    sa.PrimaryKeyConstraint('turn_id', 'ordinal', name=op.f('pk_turn_step')),
    info={'posted': True}
    )
    op.create_table('sale_turn',
    sa.Column('sale_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('turn_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['sale_id', 'number'], ['sale_line.sale_id', 'sale_line.number'], name='fk_sale_turn_sale_line'),
    sa.ForeignKeyConstraint(['turn_id'], ['turn.id'], name=op.f('fk_sale_turn_turn_id_turn')),
    sa.PrimaryKeyConstraint('sale_id', 'number', 'turn_id', name=op.f('pk_sale_turn')),
    info={'posted': True}
    )
    with op.batch_alter_table('sale_turn', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sale_turn_turn_id'), ['turn_id'], unique=False)

    op.create_table('statement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('tender', sa.String(length=10), nullable=False),
    sa.Column('file_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('kept', sa.Integer(), nullable=False),
    sa.Column('known', sa.Integer(), nullable=False),
    sa.Column('elsewhere', sa.Integer(), nullable=False),
    sa.Column('ignored', sa.Integer(), nullable=False),
    sa.Column('imported_by_id', sa.Integer(), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("tender IN ('cash','wechat','alipay','other')", name=op.f('ck_statement_known_tender')),
    sa.ForeignKeyConstraint(['imported_by_id'], ['person.id'], name=op.f('fk_statement_imported_by_id_person')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_statement_market_day_id_market_day')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statement')),
    sa.UniqueConstraint('market_day_id', 'tender', 'file_hash', name=op.f('uq_statement_market_day_id_tender_file_hash')),
    info={'posted': True}
    )
    op.create_table('statement_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('statement_id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('tender', sa.String(length=10), nullable=False),
    sa.Column('number_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('tail', sa.String(length=4), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('fee_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount_minor <> 0', name=op.f('ck_statement_line_not_nothing')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_statement_line_market_day_id_market_day')),
    sa.ForeignKeyConstraint(['statement_id'], ['statement.id'], name=op.f('fk_statement_line_statement_id_statement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statement_line')),
    sa.UniqueConstraint('market_day_id', 'tender', 'number_hash', name=op.f('uq_statement_line_market_day_id_tender_number_hash')),
    info={'posted': True}
    )
    with op.batch_alter_table('statement_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_statement_line_statement_id'), ['statement_id'], unique=False)

    op.create_table('statement_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('tender', sa.String(length=10), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=True),
    sa.Column('sale_id', sa.Uuid(), nullable=True),
    sa.Column('move_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('said_by_id', sa.Integer(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('line_id IS NOT NULL OR sale_id IS NOT NULL', name=op.f('ck_statement_word_about_something')),
    sa.ForeignKeyConstraint(['line_id'], ['statement_line.id'], name=op.f('fk_statement_word_line_id_statement_line')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_statement_word_market_day_id_market_day')),
    sa.ForeignKeyConstraint(['move_id'], ['money_move.id'], name=op.f('fk_statement_word_move_id_money_move')),
    sa.ForeignKeyConstraint(['said_by_id'], ['person.id'], name=op.f('fk_statement_word_said_by_id_person')),
    sa.ForeignKeyConstraint(['sale_id'], ['sale.id'], name=op.f('fk_statement_word_sale_id_sale')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statement_word')),
    info={'posted': True}
    )
    with op.batch_alter_table('statement_word', schema=None) as batch_op:
        batch_op.create_index('ix_statement_word_market_day_id_tender', ['market_day_id', 'tender'], unique=False)

    op.create_table('day_task',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('phase', sa.String(length=5), nullable=False),
    sa.Column('key', sa.String(length=30), nullable=True),
    sa.Column('words', sa.String(length=120), nullable=False),
    sa.Column('owner', sa.String(length=40), nullable=False),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(key IS NULL) <> (words = '')", name=op.f('ck_day_task_own_or_asked')),
    sa.CheckConstraint("phase IN ('weeks','eve','day','after')", name=op.f('ck_day_task_known_phase')),
    sa.CheckConstraint('(done_at IS NULL) = (done_by_id IS NULL)', name=op.f('ck_day_task_done_by_somebody')),
    sa.ForeignKeyConstraint(['done_by_id'], ['person.id'], name=op.f('fk_day_task_done_by_id_person')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_day_task_market_day_id_market_day')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_day_task')),
    sa.UniqueConstraint('market_day_id', 'key', name=op.f('uq_day_task_market_day_id_key'))
    )
    op.create_table('market_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('said_by_id', sa.Integer(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_market_change_market_day_id_market_day')),
    sa.ForeignKeyConstraint(['said_by_id'], ['person.id'], name=op.f('fk_market_change_said_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_market_change')),
    info={'posted': True}
    )
    with op.batch_alter_table('market_change', schema=None) as batch_op:
        batch_op.create_index('ix_market_change_market_day_id', ['market_day_id'], unique=False)

    op.create_table('shift',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('stall_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('starts_at', sa.Time(), nullable=False),
    sa.Column('ends_at', sa.Time(), nullable=False),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_shift_lasts')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_shift_market_day_id_market_day')),
    sa.ForeignKeyConstraint(['stall_id'], ['stall.id'], name=op.f('fk_shift_stall_id_stall')),
    sa.ForeignKeyConstraint(['written_by_id'], ['person.id'], name=op.f('fk_shift_written_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift')),
    sa.UniqueConstraint('market_day_id', 'name', 'starts_at', name=op.f('uq_shift_market_day_id_name_starts_at'))
    )
    op.create_table('given_goods',
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('sticker', sa.Integer(), nullable=False),
    sa.Column('donor', sa.String(length=40), nullable=False),
    sa.Column('may_be_named', sa.Boolean(), nullable=False),
    sa.Column('taken_in_by_id', sa.Integer(), nullable=False),
    sa.Column('taken_in_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=8), nullable=True),
    sa.Column('outcome_by_id', sa.Integer(), nullable=True),
    sa.Column('outcome_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("donor <> '' OR NOT may_be_named", name=op.f('ck_given_goods_named_by_consent')),
    sa.CheckConstraint("outcome IN ('donated','returned')", name=op.f('ck_given_goods_known_outcome')),
    sa.CheckConstraint('(outcome IS NULL) = (outcome_at IS NULL)', name=op.f('ck_given_goods_outcome_dated')),
    sa.CheckConstraint('sticker > 0', name=op.f('ck_given_goods_sticker_positive')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_given_goods_listing_id_listing')),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name=op.f('fk_given_goods_market_day_id_market_day')),
    sa.ForeignKeyConstraint(['outcome_by_id'], ['person.id'], name=op.f('fk_given_goods_outcome_by_id_person')),
    sa.ForeignKeyConstraint(['taken_in_by_id'], ['person.id'], name=op.f('fk_given_goods_taken_in_by_id_person')),
    sa.PrimaryKeyConstraint('listing_id', name=op.f('pk_given_goods')),
    sa.UniqueConstraint('market_day_id', 'sticker', name=op.f('uq_given_goods_market_day_id_sticker'))
    )
    op.create_table('pre_order',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fetched_by_id', sa.Integer(), nullable=True),
    sa.Column('fetched_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_pre_order_positive')),
    sa.ForeignKeyConstraint(['fetched_by_id'], ['person.id'], name=op.f('fk_pre_order_fetched_by_id_person')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_pre_order_listing_id_listing')),
    sa.ForeignKeyConstraint(['written_by_id'], ['person.id'], name=op.f('fk_pre_order_written_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pre_order')),
    sa.UniqueConstraint('listing_id', 'name', name=op.f('uq_pre_order_listing_id_name'))
    )
    op.create_table('goods_photo',
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('webp', sa.LargeBinary(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['listing_id'], ['given_goods.listing_id'], name=op.f('fk_goods_photo_listing_id_given_goods')),
    sa.PrimaryKeyConstraint('listing_id', name=op.f('pk_goods_photo'))
    )

    op.create_table('closure_phone',
    sa.Column('closure_id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('signed_off_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unsent', sa.Integer(), nullable=False),
    sa.Column('missing', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint("signed_off_at IS NOT NULL AND missing = 0 OR reason <> ''", name=op.f('ck_closure_phone_signed_off_or_why')),
    sa.ForeignKeyConstraint(['closure_id'], ['closure.id'], name=op.f('fk_closure_phone_closure_id_closure')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_closure_phone_device_id_device')),
    sa.PrimaryKeyConstraint('closure_id', 'device_id', name=op.f('pk_closure_phone')),
    info={'posted': True}
    )
    op.create_table('cash_hand_over',
    sa.Column('till_id', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('giver', sa.String(length=40), nullable=False),
    sa.Column('taker', sa.String(length=40), nullable=False),
    sa.Column('strokes', sa.Text(), nullable=False),
    sa.Column('holder_id', sa.Integer(), nullable=False),
    sa.Column('move_id', sa.Integer(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_cash_hand_over_positive')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_cash_hand_over_by_id_person')),
    sa.ForeignKeyConstraint(['holder_id'], ['holder.id'], name=op.f('fk_cash_hand_over_holder_id_holder')),
    sa.ForeignKeyConstraint(['move_id'], ['money_move.id'], name=op.f('fk_cash_hand_over_move_id_money_move')),
    sa.ForeignKeyConstraint(['till_id'], ['till.id'], name=op.f('fk_cash_hand_over_till_id_till')),
    sa.PrimaryKeyConstraint('till_id', name=op.f('pk_cash_hand_over')),
    info={'posted': True}
    )
    guard()



def guard():
    """What the database itself refuses, whoever asks."""
    guards.make_refusal()
    for table in POSTED:
        guards.only_grows(table)
    guards.fixed_columns(
        "allocation",
        ("id", "fund_id", "item_id", "wish_id", "market_day_id", "amount_minor", "voucher_id", "allocated_at"),
    )
    guards.refuse_when(
        "voucher",
        "balances",
        ("INSERT",),
        "(SELECT coalesce(sum(amount_minor), 1) FROM posting WHERE voucher_id = {row}.id) <> 0",
        "voucher does not balance",
    )
    guards.refuse_when(
        "posting",
        "sealed",
        ("INSERT",),
        "EXISTS (SELECT 1 FROM voucher WHERE id = {row}.voucher_id)",
        "voucher is sealed",
    )
    guards.balanced_at_commit()
    guards.refuse_when(
        "voucher",
        "month_open",
        ("INSERT",),
        "EXISTS (SELECT 1 FROM month_lock WHERE community_id = {row}.community_id"
        " AND month = {row}.month AND confirmed_at IS NOT NULL)",
        "month is locked",
    )
    booked = "{row}.booked_on" if guards.on_sqlite() else "to_char({row}.booked_on, 'YYYY-MM-DD')"
    guards.refuse_when(
        "voucher", "month_of_day", ("INSERT",), f"substr({booked}, 1, 7) <> {{row}}.month",
        "voucher is booked in another month",
    )
    guards.refuse_when(
        "month_lock", "kept", ("DELETE",), "{row}.confirmed_at IS NOT NULL", "month is locked"
    )
    guards.refuse_old("month_lock", "final", "OLD.confirmed_at IS NOT NULL", "month is locked")
    guards.refuse_when(
        "policy_share",
        "frozen",
        ("INSERT", "UPDATE", "DELETE"),
        "EXISTS (SELECT 1 FROM market_opening WHERE market_day_id = {row}.market_day_id)",
        "policy is frozen",
    )
    guards.refuse_when(
        "sale_void",
        "before_closing",
        ("INSERT",),
        "EXISTS (SELECT 1 FROM sale_position WHERE sale_id = {row}.sale_id)",
        "sale is closed",
    )
    if not guards.on_sqlite():
        op.execute("CREATE SEQUENCE voucher_id_seq")


def downgrade():
    if not guards.on_sqlite():
        op.execute("DROP SEQUENCE voucher_id_seq")
    op.drop_table('cash_hand_over')
    op.drop_table('closure_phone')
    op.drop_table('goods_photo')
    op.drop_table('pre_order')
    op.drop_table('given_goods')
    op.drop_table('shift')
    with op.batch_alter_table('market_change', schema=None) as batch_op:
        batch_op.drop_index('ix_market_change_market_day_id')

    op.drop_table('market_change')
    op.drop_table('day_task')
    with op.batch_alter_table('statement_word', schema=None) as batch_op:
        batch_op.drop_index('ix_statement_word_market_day_id_tender')

    op.drop_table('statement_word')
    with op.batch_alter_table('statement_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_statement_line_statement_id'))

    op.drop_table('statement_line')
    op.drop_table('statement')
    with op.batch_alter_table('sale_turn', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sale_turn_turn_id'))

    op.drop_table('sale_turn')
    op.drop_table('turn_step')
    op.drop_table('turn_promise')
    op.drop_table('turn_contact')
    op.drop_table('slot')
    with op.batch_alter_table('turn', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_turn_listing_id'))

    op.drop_table('turn')
    op.drop_table('service')
    op.drop_table('turn_count')
    op.drop_table('lighting_outcome')
    with op.batch_alter_table('lighting_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lighting_run_closure_id'))

    op.drop_table('lighting_run')
    op.drop_table('lighting_decision')
    with op.batch_alter_table('lighting_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lighting_line_wish_id'))

    op.drop_table('lighting_line')
    with op.batch_alter_table('lighting_plan', schema=None) as batch_op:
        batch_op.drop_index('ix_lighting_plan_market_day_id_fund_id')

    op.drop_table('lighting_plan')
    with op.batch_alter_table('taking', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_taking_refund_id'))

    op.drop_table('taking')
    op.drop_table('refund_settlement')
    op.drop_table('refund_line')
    op.drop_table('refund_claim')
    op.drop_table('money_move_decision')
    with op.batch_alter_table('laying', schema=None) as batch_op:
        batch_op.drop_index('ix_laying_closure_id')

    op.drop_table('laying')
    op.drop_table('refund_decision')
    op.drop_table('refund')
    with op.batch_alter_table('money_move', schema=None) as batch_op:
        batch_op.drop_index('ix_money_move_community_id_id')

    op.drop_table('money_move')
    with op.batch_alter_table('allocation_return', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_allocation_return_allocation_id'))

    op.drop_table('allocation_return')
    op.drop_table('sale_void')
    with op.batch_alter_table('sale_position', schema=None) as batch_op:
        batch_op.drop_index('ix_sale_position_closure_id_end')

    op.drop_table('sale_position')
    op.drop_table('sale_line')
    with op.batch_alter_table('refund_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_refund_request_till_id'))
        batch_op.drop_index(batch_op.f('ix_refund_request_sale_id'))

    op.drop_table('refund_request')
    with op.batch_alter_table('posting', schema=None) as batch_op:
        batch_op.drop_index('ix_posting_voucher_id')
        batch_op.drop_index('ix_posting_account_id_id')

    op.drop_table('posting')
    op.drop_table('count_confirmation')
    with op.batch_alter_table('allocation', schema=None) as batch_op:
        batch_op.drop_index('ix_allocation_wish_id')
        batch_op.drop_index(batch_op.f('ix_allocation_market_day_id'))

    op.drop_table('allocation')
    op.drop_table('till_total')
    with op.batch_alter_table('till_stall', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_till_stall_stall_id'))

    op.drop_table('till_stall')
    with op.batch_alter_table('till_move', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_till_move_till_id'))

    op.drop_table('till_move')
    with op.batch_alter_table('sale', schema=None) as batch_op:
        batch_op.drop_index('ix_sale_till_id_recorded_at')

    op.drop_table('sale')
    with op.batch_alter_table('quarantined_sale', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_quarantined_sale_till_id'))

    op.drop_table('quarantined_sale')
    with op.batch_alter_table('proposal_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposal_item_proposal_id'))

    op.drop_table('proposal_item')
    op.drop_table('proposal_decision')
    with op.batch_alter_table('listing', schema=None) as batch_op:
        batch_op.drop_index('ix_listing_stall_id_position')

    op.drop_table('listing')
    op.drop_table('closure')
    op.drop_table('cash_count')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_index('ix_account_with_money', sqlite_where=sa.text('balance_minor <> 0'), postgresql_where=sa.text('balance_minor <> 0'))

    op.drop_table('account')
    with op.batch_alter_table('wish_step', schema=None) as batch_op:
        batch_op.drop_index('ix_wish_step_wish_id')

    op.drop_table('wish_step')
    with op.batch_alter_table('wish_review', schema=None) as batch_op:
        batch_op.drop_index('ix_wish_review_wish_id')

    op.drop_table('wish_review')
    op.drop_table('wish_cost')
    op.drop_table('device_sign_off')
    op.drop_table('till')
    with op.batch_alter_table('slip', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_slip_device_id'))

    op.drop_table('slip')
    op.drop_table('phone_void')
    with op.batch_alter_table('device_holder', schema=None) as batch_op:
        batch_op.drop_index('ix_device_holder_device_id_id')

    op.drop_table('device_holder')
    with op.batch_alter_table('device', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_device_person_id'))
        batch_op.drop_index(batch_op.f('ix_device_pass_id'))

    op.drop_table('device')
    op.drop_table('day_digits')
    with op.batch_alter_table('stall_pass', schema=None) as batch_op:
        batch_op.drop_index('uq_stall_pass_standing', sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_stall_pass_stall_id'))

    op.drop_table('stall_pass')
    op.drop_table('stall')
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_index('ix_proposal_community_id_id')

    op.drop_table('proposal')
    op.drop_table('policy_share')
    op.drop_table('payment_code')
    op.drop_table('market_opening')
    with op.batch_alter_table('line_move', schema=None) as batch_op:
        batch_op.drop_index('ix_line_move_fund_id_to_start_minor')
        batch_op.drop_index('ix_line_move_fund_id_start_minor')

    op.drop_table('line_move')
    op.drop_table('legal_basis')
    op.drop_table('declared_interest')
    op.drop_table('companions')
    op.drop_table('consent_withdrawal')
    with op.batch_alter_table('wish', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_wish_consent_ref'))
        batch_op.drop_index('ix_wish_community_id_state_opened_at')

    op.drop_table('wish')
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_web_session_person_id'))

    op.drop_table('web_session')
    op.drop_table('second_factor')
    with op.batch_alter_table('voucher', schema=None) as batch_op:
        batch_op.drop_index('ix_voucher_community_id_booked_on')

    op.drop_table('voucher')
    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.drop_index('uq_role_grant_standing', sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_role_grant_community_id'))

    op.drop_table('role_grant')
    op.drop_table('period')
    op.drop_table('party')
    op.drop_table('one_time_link')
    op.drop_table('month_lock')
    op.drop_table('ledger_check')
    op.drop_table('account_heading')
    with op.batch_alter_table('market_day', schema=None) as batch_op:
        batch_op.drop_index('ix_market_day_community_id_held_on')

    op.drop_table('market_day')
    op.drop_table('import_batch')
    op.drop_table('holder')
    op.drop_table('fund')
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_index('ix_consent_reference_purpose')

    op.drop_table('consent')
    op.drop_table('audit_head')
    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.drop_index('uq_audit_event_community_id_number')

    op.drop_table('audit_event')
    op.drop_table('person')
    with op.batch_alter_table('miss', schema=None) as batch_op:
        batch_op.drop_index('ix_miss_key_hash_at')

    op.drop_table('miss')
    op.drop_table('community')
    guards.drop_functions()
