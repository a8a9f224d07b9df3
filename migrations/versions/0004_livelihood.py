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
    # Signatures for payouts, food's particulars, what was left, income reported.
    settle_with_consignors()


def downgrade():
    no_longer_settle_with_consignors()
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
