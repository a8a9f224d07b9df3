"""What the wish desk, holds asked for in public and visibility need."""

import sqlalchemy as sa
from alembic import op

from migrations import guards


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade():
    # Rows of a list taken in once, kinds of wishes that are refused, purchases item by item.
    keep_a_desk()


def downgrade():
    for table in ('purchase_item', 'refused_wish', 'wish_list_row'):
        op.drop_table(table)


def keep_a_desk():
    op.create_table('wish_list_row',
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=24), nullable=False),
    sa.Column('wish_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name='fk_wish_list_row_by_id_person'),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name='fk_wish_list_row_community_id_community'),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], name='fk_wish_list_row_wish_id_wish'),
    sa.PrimaryKeyConstraint('community_id', 'key', name='pk_wish_list_row'),
    sa.UniqueConstraint('wish_id', name='uq_wish_list_row_wish_id'),
    info={'posted': True}
    )
    op.create_table('refused_wish',
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('words', sa.String(length=300), nullable=False),
    sa.Column('unless', sa.String(length=300), nullable=False),
    sa.Column('why', sa.String(length=120), nullable=False),
    sa.Column('mend', sa.String(length=120), nullable=False),
    sa.Column('stands', sa.Boolean(), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['changed_by_id'], ['person.id'], name='fk_refused_wish_changed_by_id_person'),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name='fk_refused_wish_community_id_community'),
    sa.PrimaryKeyConstraint('community_id', 'key', name='pk_refused_wish')
    )
    op.create_table('purchase_item',
    sa.Column('move_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('estimated_minor', sa.BigInteger(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('difference', sa.String(length=10), nullable=False),
    sa.CheckConstraint('estimated_minor >= 0 AND amount_minor >= 0', name='ck_purchase_item_not_negative'),
    sa.CheckConstraint("difference IN ('','cheaper','dearer','another','number','given','left_out','postage')", name='ck_purchase_item_known_difference'),
    sa.ForeignKeyConstraint(['move_id'], ['money_move.id'], name='fk_purchase_item_move_id_money_move'),
    sa.PrimaryKeyConstraint('move_id', 'number', name='pk_purchase_item'),
    info={'posted': True}
    )
    for table in ('wish_list_row', 'purchase_item'):
        guards.only_grows(table)
