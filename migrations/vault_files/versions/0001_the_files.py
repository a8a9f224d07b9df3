"""The vault's files."""

import sqlalchemy as sa
from alembic import op


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('identity_file',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('label', sa.String(length=6), nullable=False),
    sa.Column('keep_until', sa.Date(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_identity_file'),
    sa.UniqueConstraint('community_id', 'label', name='uq_identity_file_community_id_label')
    )
    op.create_index('ix_identity_file_keep_until', 'identity_file', ['keep_until'])
    op.create_table('file_field',
    sa.Column('file_id', sa.String(length=36), nullable=False),
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['identity_file.id'], name='fk_file_field_file_id_identity_file'),
    sa.PrimaryKeyConstraint('file_id', 'name', name='pk_file_field')
    )
    op.create_table('file_wish',
    sa.Column('code_index', sa.LargeBinary(length=32), nullable=False),
    sa.Column('file_id', sa.String(length=36), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['identity_file.id'], name='fk_file_wish_file_id_identity_file'),
    sa.PrimaryKeyConstraint('code_index', name='pk_file_wish')
    )
    op.create_index('ix_file_wish_file_id', 'file_wish', ['file_id'])
    op.create_table('file_document',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('file_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('keep_until', sa.Date(), nullable=False),
    sa.Column('stored_by_id', sa.Integer(), nullable=False),
    sa.Column('stored_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['identity_file.id'], name='fk_file_document_file_id_identity_file'),
    sa.PrimaryKeyConstraint('id', name='pk_file_document')
    )
    op.create_index('ix_file_document_file_id', 'file_document', ['file_id'])
    op.create_index('ix_file_document_keep_until', 'file_document', ['keep_until'])
    op.create_table('replayed',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('through', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name='ck_replayed_one_row'),
    sa.PrimaryKeyConstraint('id', name='pk_replayed')
    )


def downgrade():
    for table in ('replayed', 'file_document', 'file_wish', 'file_field', 'identity_file'):
        op.drop_table(table)
