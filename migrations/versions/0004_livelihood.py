"""What supporting disabled entrepreneurs needs."""

import sqlalchemy as sa
from alembic import op

from migrations import guards


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade():
    # Enterprises, and who comes in to their own pages.
    keep_enterprises()
    # Applications with their plans, and allocations to a plan's tranches.
    support_them()
    let_allocations_go_to_tranches()
    # Courses and mentors.
    teach()
    # Signatures for payouts, food's particulars, what was left, income reported.
    settle_with_consignors()


def downgrade():
    no_longer_settle_with_consignors()
    for table in ('mentor_session', 'mentoring', 'course_seat', 'course', 'skill_wanted', 'skill_taught'):
        op.drop_table(table)
    let_no_allocations_go_to_tranches()
    for table in (
        'application_appeal', 'application_review', 'milestone_evidence', 'tranche', 'budget_item',
        'support_application', 'enterprise_picture',
    ):
        op.drop_table(table)
    no_longer_keep_enterprises()


def keep_enterprises():
    op.create_table('enterprise',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('product', sa.String(length=80), nullable=False),
    sa.Column('words', sa.String(length=600), nullable=False),
    sa.Column('goal', sa.String(length=200), nullable=False),
    sa.Column('buying', sa.String(length=200), nullable=False),
    sa.Column('page_shown', sa.Boolean(), nullable=False),
    sa.Column('name_shown', sa.Boolean(), nullable=False),
    sa.Column('product_shown', sa.Boolean(), nullable=False),
    sa.Column('words_shown', sa.Boolean(), nullable=False),
    sa.Column('picture_shown', sa.Boolean(), nullable=False),
    sa.Column('goal_shown', sa.Boolean(), nullable=False),
    sa.Column('buying_shown', sa.Boolean(), nullable=False),
    sa.Column('support_shown', sa.Boolean(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name='fk_enterprise_community_id_community'),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name='fk_enterprise_made_by_id_person'),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name='fk_enterprise_party_id_party'),
    sa.PrimaryKeyConstraint('id', name='pk_enterprise'),
    sa.UniqueConstraint('code', name='uq_enterprise_code'),
    sa.UniqueConstraint('party_id', name='uq_enterprise_party_id')
    )
    op.create_index('ix_enterprise_community_id_id', 'enterprise', ['community_id', 'id'])
    op.create_table('enterprise_access',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('pin_hash', sa.String(length=200), nullable=True),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_by_id', sa.Integer(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('own','helper')", name='ck_enterprise_access_known_kind'),
    sa.CheckConstraint('pin_hash IS NULL OR token_hash IS NOT NULL', name='ck_enterprise_access_pin_of_card'),
    sa.CheckConstraint('(revoked_at IS NULL) = (revoked_by_id IS NULL)', name='ck_enterprise_access_revoked_whole'),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprise.id'], name='fk_enterprise_access_enterprise_id_enterprise'),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name='fk_enterprise_access_made_by_id_person'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name='fk_enterprise_access_person_id_person'),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['person.id'], name='fk_enterprise_access_revoked_by_id_person'),
    sa.PrimaryKeyConstraint('id', name='pk_enterprise_access'),
    sa.UniqueConstraint('token_hash', name='uq_enterprise_access_token_hash')
    )
    op.create_index('ix_enterprise_access_person_id', 'enterprise_access', ['person_id'])
    op.create_index('uq_enterprise_access_standing', 'enterprise_access', ['enterprise_id', 'person_id'], unique=True,
        sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))


def no_longer_keep_enterprises():
    for table in ('enterprise_access', 'enterprise'):
        op.drop_table(table)


def settle_with_consignors():
    op.create_table('payout_signature',
    sa.Column('move_id', sa.Integer(), nullable=False),
    sa.Column('way', sa.String(length=5), nullable=False),
    sa.Column('strokes', sa.Text(), nullable=False),
    sa.Column('slip', sa.String(length=80), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("way IN ('drawn','phone','paper')", name='ck_payout_signature_known_way'),
    sa.CheckConstraint("(way = 'drawn') = (strokes <> '')", name='ck_payout_signature_drawn_is_strokes'),
    sa.CheckConstraint("(way = 'paper') = (slip <> '')", name='ck_payout_signature_paper_is_slip'),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name='fk_payout_signature_by_id_person'),
    sa.ForeignKeyConstraint(['move_id'], ['money_move.id'], name='fk_payout_signature_move_id_money_move'),
    sa.PrimaryKeyConstraint('move_id', name='pk_payout_signature'),
    info={'posted': True}
    )
    guards.only_grows('payout_signature')
    op.create_table('food_label',
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('maker', sa.String(length=60), nullable=False),
    sa.Column('made_on', sa.Date(), nullable=True),
    sa.Column('use_by', sa.Date(), nullable=True),
    sa.Column('allergens', sa.String(length=120), nullable=False),
    sa.Column('licence', sa.String(length=60), nullable=False),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('made_on IS NULL OR use_by IS NULL OR use_by >= made_on', name='ck_food_label_made_before_use_by'),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name='fk_food_label_listing_id_listing'),
    sa.ForeignKeyConstraint(['written_by_id'], ['person.id'], name='fk_food_label_written_by_id_person'),
    sa.PrimaryKeyConstraint('listing_id', name='pk_food_label')
    )
    op.create_table('consigned_rest',
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('returned', sa.Integer(), nullable=False),
    sa.Column('donated', sa.Integer(), nullable=False),
    sa.Column('said_by_id', sa.Integer(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('returned >= 0 AND donated >= 0 AND returned + donated > 0', name='ck_consigned_rest_pieces_positive'),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name='fk_consigned_rest_listing_id_listing'),
    sa.ForeignKeyConstraint(['said_by_id'], ['person.id'], name='fk_consigned_rest_said_by_id_person'),
    sa.PrimaryKeyConstraint('listing_id', name='pk_consigned_rest')
    )
    # A constraint of its own cannot be added on SQLite; with its column it can.
    kind = 'CHAR(32)' if guards.on_sqlite() else 'UUID'
    op.execute(
        f"ALTER TABLE pre_order ADD COLUMN sale_id {kind}"
        " CONSTRAINT fk_pre_order_sale_id_sale REFERENCES sale (id)"
    )
    op.create_table('reported_income',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.String(length=120), nullable=False),
    sa.Column('reported_by_id', sa.Integer(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('struck_by_id', sa.Integer(), nullable=True),
    sa.Column('struck_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('amount_minor > 0', name='ck_reported_income_positive'),
    sa.CheckConstraint('(struck_at IS NULL) = (struck_by_id IS NULL)', name='ck_reported_income_struck_whole'),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name='fk_reported_income_party_id_party'),
    sa.ForeignKeyConstraint(['reported_by_id'], ['person.id'], name='fk_reported_income_reported_by_id_person'),
    sa.ForeignKeyConstraint(['struck_by_id'], ['person.id'], name='fk_reported_income_struck_by_id_person'),
    sa.PrimaryKeyConstraint('id', name='pk_reported_income')
    )
    op.create_index('ix_reported_income_party_id_month', 'reported_income', ['party_id', 'month'])


def no_longer_settle_with_consignors():
    op.drop_table('reported_income')
    op.drop_column('pre_order', 'sale_id')
    op.drop_table('consigned_rest')
    op.drop_table('food_label')
    op.drop_table('payout_signature')


def support_them():
    op.create_table('enterprise_picture',
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=43), nullable=False),
    sa.Column('webp', sa.LargeBinary(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name='fk_enterprise_picture_by_id_person'),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprise.id'], name='fk_enterprise_picture_enterprise_id_enterprise'),
    sa.PrimaryKeyConstraint('enterprise_id', name='pk_enterprise_picture'),
    sa.UniqueConstraint('address', name='uq_enterprise_picture_address')
    )
    op.create_table('support_application',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(length=8), nullable=False),
    sa.Column('goal', sa.String(length=400), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('entered_by_id', sa.Integer(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("origin IN ('own','helper','paper')", name='ck_support_application_known_origin'),
    sa.CheckConstraint("state = 'draft' OR submitted_at IS NOT NULL", name='ck_support_application_submitted_has_time'),
    sa.CheckConstraint("state IN ('draft','submitted','approved','refused','withdrawn')", name='ck_support_application_known_state'),
    sa.ForeignKeyConstraint(['entered_by_id'], ['person.id'], name='fk_support_application_entered_by_id_person'),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprise.id'], name='fk_support_application_enterprise_id_enterprise'),
    sa.PrimaryKeyConstraint('id', name='pk_support_application')
    )
    op.create_index('ix_support_application_enterprise_id', 'support_application', ['enterprise_id'])
    op.create_table('budget_item',
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name='ck_budget_item_positive'),
    sa.ForeignKeyConstraint(['application_id'], ['support_application.id'], name='fk_budget_item_application_id_support_application'),
    sa.PrimaryKeyConstraint('application_id', 'number', name='pk_budget_item')
    )
    op.create_table('tranche',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('milestone', sa.String(length=200), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('funded_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("(kind IN ('money','goods')) = (amount_minor > 0) AND amount_minor >= 0", name='ck_tranche_money_where_due'),
    sa.CheckConstraint("kind IN ('money','goods','free_stall','training')", name='ck_tranche_known_kind'),
    sa.CheckConstraint('0 <= funded_minor AND funded_minor <= amount_minor', name='ck_tranche_within_plan'),
    sa.ForeignKeyConstraint(['application_id'], ['support_application.id'], name='fk_tranche_application_id_support_application'),
    sa.PrimaryKeyConstraint('id', name='pk_tranche'),
    sa.UniqueConstraint('application_id', 'number', name='uq_tranche_application_id_number')
    )
    op.create_table('milestone_evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tranche_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted', sa.Boolean(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(decided_by_id IS NULL) = (decided_at IS NULL) AND (decided_by_id IS NULL) = (accepted IS NULL)', name='ck_milestone_evidence_decided_whole'),
    sa.CheckConstraint('decided_by_id IS NULL OR decided_by_id <> by_id', name='ck_milestone_evidence_two_people'),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name='fk_milestone_evidence_by_id_person'),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name='fk_milestone_evidence_decided_by_id_person'),
    sa.ForeignKeyConstraint(['tranche_id'], ['tranche.id'], name='fk_milestone_evidence_tranche_id_tranche'),
    sa.PrimaryKeyConstraint('id', name='pk_milestone_evidence')
    )
    op.create_index('ix_milestone_evidence_tranche_id', 'milestone_evidence', ['tranche_id'])
    op.create_table('application_review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['support_application.id'], name='fk_application_review_application_id_support_application'),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name='fk_application_review_by_id_person'),
    sa.PrimaryKeyConstraint('id', name='pk_application_review'),
    sa.UniqueConstraint('application_id', 'round', 'by_id', name='uq_application_review_application_id_round_by_id'),
    info={'posted': True}
    )
    op.create_table('application_appeal',
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('granted', sa.Boolean(), nullable=True),
    sa.Column('answer', sa.String(length=400), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(answered_by_id IS NULL) = (answered_at IS NULL) AND (answered_by_id IS NULL) = (granted IS NULL)', name='ck_application_appeal_answered_whole'),
    sa.CheckConstraint('answered_by_id IS NULL OR answered_by_id <> by_id', name='ck_application_appeal_two_people'),
    sa.ForeignKeyConstraint(['answered_by_id'], ['person.id'], name='fk_application_appeal_answered_by_id_person'),
    sa.ForeignKeyConstraint(['application_id'], ['support_application.id'], name='fk_application_appeal_application_id_support_application'),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name='fk_application_appeal_by_id_person'),
    sa.PrimaryKeyConstraint('application_id', 'round', name='pk_application_appeal')
    )
    guards.only_grows('application_review')


def teach():
    op.create_table('skill_taught',
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('skill', sa.String(length=16), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name='fk_skill_taught_community_id_community'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name='fk_skill_taught_person_id_person'),
    sa.PrimaryKeyConstraint('community_id', 'person_id', 'skill', name='pk_skill_taught')
    )
    op.create_table('skill_wanted',
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('skill', sa.String(length=16), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprise.id'], name='fk_skill_wanted_enterprise_id_enterprise'),
    sa.PrimaryKeyConstraint('enterprise_id', 'skill', name='pk_skill_wanted')
    )
    op.create_table('course',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('skill', sa.String(length=16), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('teacher_id', sa.Integer(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('minutes > 0 AND seats > 0', name='ck_course_room_and_time'),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name='fk_course_community_id_community'),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name='fk_course_made_by_id_person'),
    sa.ForeignKeyConstraint(['teacher_id'], ['person.id'], name='fk_course_teacher_id_person'),
    sa.PrimaryKeyConstraint('id', name='pk_course')
    )
    op.create_index('ix_course_community_id_starts_at', 'course', ['community_id', 'starts_at'])
    op.create_table('course_seat',
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('signed_up_by_id', sa.Integer(), nullable=False),
    sa.Column('signed_up_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attended', sa.Boolean(), nullable=True),
    sa.Column('marked_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name='fk_course_seat_course_id_course'),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprise.id'], name='fk_course_seat_enterprise_id_enterprise'),
    sa.ForeignKeyConstraint(['marked_by_id'], ['person.id'], name='fk_course_seat_marked_by_id_person'),
    sa.ForeignKeyConstraint(['signed_up_by_id'], ['person.id'], name='fk_course_seat_signed_up_by_id_person'),
    sa.PrimaryKeyConstraint('course_id', 'enterprise_id', name='pk_course_seat')
    )
    op.create_table('mentoring',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('mentor_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name='fk_mentoring_by_id_person'),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprise.id'], name='fk_mentoring_enterprise_id_enterprise'),
    sa.ForeignKeyConstraint(['mentor_id'], ['person.id'], name='fk_mentoring_mentor_id_person'),
    sa.PrimaryKeyConstraint('id', name='pk_mentoring')
    )
    op.create_index('ix_mentoring_mentor_id', 'mentoring', ['mentor_id'])
    op.create_index('uq_mentoring_standing', 'mentoring', ['enterprise_id', 'mentor_id'], unique=True,
        sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('mentor_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('mentoring_id', sa.Integer(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('shared', sa.String(length=1000), nullable=False),
    sa.Column('private', sa.String(length=1000), nullable=False),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('minutes > 0', name='ck_mentor_session_some_time'),
    sa.ForeignKeyConstraint(['mentoring_id'], ['mentoring.id'], name='fk_mentor_session_mentoring_id_mentoring'),
    sa.ForeignKeyConstraint(['written_by_id'], ['person.id'], name='fk_mentor_session_written_by_id_person'),
    sa.PrimaryKeyConstraint('id', name='pk_mentor_session')
    )
    op.create_index('ix_mentor_session_mentoring_id', 'mentor_session', ['mentoring_id'])


ONE_OF_TWO = '(wish_id IS NULL) <> (market_day_id IS NULL)'
ONE_OF_THREE = (
    '(CASE WHEN wish_id IS NULL THEN 0 ELSE 1 END)'
    ' + (CASE WHEN market_day_id IS NULL THEN 0 ELSE 1 END)'
    ' + (CASE WHEN tranche_id IS NULL THEN 0 ELSE 1 END) = 1'
)


def let_allocations_go_to_tranches():
    for table in ('proposal_item', 'allocation'):
        if guards.on_sqlite():
            # Not by a batch: a table made anew would lose its triggers.
            op.execute(f'ALTER TABLE {table} ADD COLUMN tranche_id INTEGER CONSTRAINT fk_{table}_tranche_id_tranche REFERENCES tranche (id)')
        else:
            op.add_column(table, sa.Column('tranche_id', sa.Integer(), nullable=True))
            op.create_foreign_key(f'fk_{table}_tranche_id_tranche', table, 'tranche', ['tranche_id'], ['id'])
        guards.change_check(table, f'ck_{table}_one_use', ONE_OF_TWO, ONE_OF_THREE)
    op.create_index('ix_allocation_tranche_id', 'allocation', ['tranche_id'])
    guards.fixed_too('allocation', 'tranche', ('tranche_id',))


def let_no_allocations_go_to_tranches():
    guards.fixed_no_more('allocation', 'tranche')
    op.drop_index('ix_allocation_tranche_id', 'allocation')
    for table in ('allocation', 'proposal_item'):
        guards.change_check(table, f'ck_{table}_one_use', ONE_OF_THREE, ONE_OF_TWO)
        op.drop_column(table, 'tranche_id')
