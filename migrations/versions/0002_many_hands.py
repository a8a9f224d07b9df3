"""What phones that were away, children's files and many hands need."""

import sqlalchemy as sa
from alembic import op

from migrations import guards


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade():
    # Phones that undo sales before they arrive.
    op.add_column('device', sa.Column('voids_ahead', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute('UPDATE device SET voids_ahead = true WHERE id IN (SELECT device_id FROM phone_void)')
    # Pictures of payment codes.
    show_payment_codes()
    # Reviewers from outside.
    ask_somebody_in()
    # A second factor may be a printed card.
    op.add_column('second_factor', sa.Column('on_paper', sa.Boolean(), server_default=sa.false(), nullable=False))
    settle_what_was_set_aside()
    # What the vault says of a wish: an age band that five children share, or nothing.
    op.add_column('wish', sa.Column('age_band', sa.String(length=8), server_default='', nullable=False))
    # Why words stand that the linter asks about.
    op.add_column('wish', sa.Column('reason', sa.String(length=200), server_default='', nullable=False))
    # Consents, what a guardian's half of the sheet stops, holds, wishes put first.
    care_for_wishes()
    show_what_was_delivered()



def downgrade():
    op.drop_table('wish_thanks')
    op.drop_table('wish_picture')
    no_longer_care_for_wishes()
    op.drop_column('wish', 'reason')
    op.drop_column('wish', 'age_band')
    op.drop_column('second_factor', 'on_paper')
    op.drop_table('outside_review')
    op.drop_table('code_picture')
    op.drop_table('aside_decision')
    op.drop_column('device', 'voids_ahead')


def settle_what_was_set_aside():
    op.create_table('aside_decision',
    sa.Column('quarantined_id', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('sale_id', sa.Uuid(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("outcome IN ('kept','accepted','discarded')", name='ck_aside_decision_known_outcome'),
    sa.CheckConstraint("(outcome = 'accepted') = (sale_id IS NOT NULL)", name='ck_aside_decision_accepted_is_sale'),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name='fk_aside_decision_decided_by_id_person'),
    sa.ForeignKeyConstraint(['quarantined_id'], ['quarantined_sale.id'], name='fk_aside_decision_quarantined_id_quarantined_sale'),
    sa.ForeignKeyConstraint(['sale_id'], ['sale.id'], name='fk_aside_decision_sale_id_sale'),
    sa.PrimaryKeyConstraint('quarantined_id', name='pk_aside_decision'),
    sa.UniqueConstraint('sale_id', name='uq_aside_decision_sale_id'),
    info={'posted': True}
    )
    guards.only_grows('aside_decision')


def show_what_was_delivered():
    op.create_table('wish_picture',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('wish_id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=43), nullable=False),
    sa.Column('webp', sa.LargeBinary(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=False),
    sa.Column('approved_by_id', sa.Integer(), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('uploaded_by_id <> approved_by_id', name='ck_wish_picture_two_people'),
    sa.ForeignKeyConstraint(['approved_by_id'], ['person.id'], name='fk_wish_picture_approved_by_id_person'),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['person.id'], name='fk_wish_picture_uploaded_by_id_person'),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name='fk_wish_picture_wish_id_wish'),
    sa.PrimaryKeyConstraint('id', name='pk_wish_picture'),
    sa.UniqueConstraint('address', name='uq_wish_picture_address')
    )
    op.create_index('ix_wish_picture_wish_id', 'wish_picture', ['wish_id'])
    op.create_table('wish_thanks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('wish_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('text_en', sa.String(length=400), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_by_id', sa.Integer(), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('passed', sa.Boolean(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.CheckConstraint('read_by_id IS NULL OR read_by_id <> written_by_id', name='ck_wish_thanks_two_people'),
    sa.CheckConstraint('(read_by_id IS NULL) = (read_at IS NULL) AND (read_by_id IS NULL) = (passed IS NULL)', name='ck_wish_thanks_read_whole'),
    sa.ForeignKeyConstraint(['read_by_id'], ['person.id'], name='fk_wish_thanks_read_by_id_person'),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name='fk_wish_thanks_wish_id_wish'),
    sa.ForeignKeyConstraint(['written_by_id'], ['person.id'], name='fk_wish_thanks_written_by_id_person'),
    sa.PrimaryKeyConstraint('id', name='pk_wish_thanks')
    )
    op.create_index('ix_wish_thanks_wish_id', 'wish_thanks', ['wish_id', 'id'])


def care_for_wishes():
    op.execute(
        "ALTER TABLE consent ADD COLUMN guardian VARCHAR(12) DEFAULT '' NOT NULL"
        " CONSTRAINT ck_consent_known_guardian CHECK (guardian IN"
        " ('','parent','grandparent','relative','appointed','supervisor'))"
    )
    op.create_table('stop_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(length=36), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name='fk_stop_code_community_id_community'),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name='fk_stop_code_made_by_id_person'),
    sa.PrimaryKeyConstraint('id', name='pk_stop_code'),
    sa.UniqueConstraint('token_hash', name='uq_stop_code_token_hash'),
    info={'posted': True}
    )
    op.create_index('ix_stop_code_community_id_reference', 'stop_code', ['community_id', 'reference'])
    op.create_table('publication_stop',
    sa.Column('code_id', sa.Integer(), nullable=False),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['code_id'], ['stop_code.id'], name='fk_publication_stop_code_id_stop_code'),
    sa.PrimaryKeyConstraint('code_id', name='pk_publication_stop'),
    info={'posted': True}
    )
    op.create_table('wish_priority',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('wish_id', sa.Integer(), nullable=False),
    sa.Column('first', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name='fk_wish_priority_by_id_person'),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name='fk_wish_priority_wish_id_wish'),
    sa.PrimaryKeyConstraint('id', name='pk_wish_priority'),
    info={'posted': True}
    )
    op.create_index('ix_wish_priority_wish_id_id', 'wish_priority', ['wish_id', 'id'])
    op.create_table('wish_hold',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('wish_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(length=36), nullable=False),
    sa.Column('asked_at_desk', sa.Boolean(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('confirmed_by_id', sa.Integer(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_by_id', sa.Integer(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('evidence', sa.String(length=200), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('ending', sa.String(length=10), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.CheckConstraint('asked_at_desk OR volunteer_id IS NULL', name='ck_wish_hold_volunteers_at_desk'),
    sa.CheckConstraint('(confirmed_at IS NULL) = (confirmed_by_id IS NULL)', name='ck_wish_hold_confirmed_whole'),
    sa.CheckConstraint('received_at IS NULL OR (received_by_id IS NOT NULL AND confirmed_at IS NOT NULL)', name='ck_wish_hold_received_whole'),
    sa.CheckConstraint("(ended_at IS NULL) = (ending = '')", name='ck_wish_hold_ended_whole'),
    sa.CheckConstraint("ending IN ('','delivered','undone','lapsed','wish_over')", name='ck_wish_hold_known_ending'),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['person.id'], name='fk_wish_hold_confirmed_by_id_person'),
    sa.ForeignKeyConstraint(['ended_by_id'], ['person.id'], name='fk_wish_hold_ended_by_id_person'),
    sa.ForeignKeyConstraint(['received_by_id'], ['person.id'], name='fk_wish_hold_received_by_id_person'),
    sa.ForeignKeyConstraint(['volunteer_id'], ['person.id'], name='fk_wish_hold_volunteer_id_person'),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name='fk_wish_hold_wish_id_wish'),
    sa.PrimaryKeyConstraint('id', name='pk_wish_hold'),
    sa.UniqueConstraint('reference', name='uq_wish_hold_reference')
    )
    op.create_index('ix_wish_hold_wish_id', 'wish_hold', ['wish_id'])
    op.create_index('uq_wish_hold_standing', 'wish_hold', ['wish_id'], unique=True,
        sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    for table in ('stop_code', 'publication_stop', 'wish_priority'):
        guards.only_grows(table)


def no_longer_care_for_wishes():
    for table in ('wish_hold', 'wish_priority', 'publication_stop', 'stop_code'):
        op.drop_table(table)
    op.drop_column('consent', 'guardian')


def ask_somebody_in():
    op.create_table('outside_review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('link_id', sa.Integer(), nullable=False),
    sa.Column('organisation', sa.String(length=80), nullable=False),
    sa.Column('fund_id', sa.Integer(), nullable=True),
    sa.Column('invited_by_id', sa.Integer(), nullable=False),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('taken_up_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(person_id IS NULL) = (taken_up_at IS NULL)', name='ck_outside_review_taken_up_whole'),
    sa.CheckConstraint('(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)', name='ck_outside_review_withdrawn_whole'),
    sa.CheckConstraint('ends_at > invited_at', name='ck_outside_review_ends_later'),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name='fk_outside_review_community_id_community'),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name='fk_outside_review_fund_id_fund'),
    sa.ForeignKeyConstraint(['invited_by_id'], ['person.id'], name='fk_outside_review_invited_by_id_person'),
    sa.ForeignKeyConstraint(['link_id'], ['one_time_link.id'], name='fk_outside_review_link_id_one_time_link'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name='fk_outside_review_person_id_person'),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['person.id'], name='fk_outside_review_withdrawn_by_id_person'),
    sa.PrimaryKeyConstraint('id', name='pk_outside_review'),
    sa.UniqueConstraint('link_id', name='uq_outside_review_link_id')
    )
    op.create_index('ix_outside_review_community_id', 'outside_review', ['community_id'])
    op.create_index('ix_outside_review_person_id', 'outside_review', ['person_id'])


def show_payment_codes():
    op.create_table('code_picture',
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('tender', sa.String(length=10), nullable=False),
    sa.Column('webp', sa.LargeBinary(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("tender IN ('wechat','alipay')", name='ck_code_picture_code_tender'),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name='fk_code_picture_by_id_person'),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name='fk_code_picture_market_day_id_market_day'),
    sa.PrimaryKeyConstraint('market_day_id', 'tender', name='pk_code_picture')
    )
