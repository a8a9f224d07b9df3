"""What the public pages and disclosures need."""

import sqlalchemy as sa
from alembic import op

from migrations import guards


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade():
    disclose()
    hear_concerns()
    keep_albums()


def downgrade():
    op.drop_table('album_picture')
    op.drop_table('concern_answer')
    op.drop_table('concern')
    op.drop_table('disclosure')


def disclose():
    op.create_table('disclosure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('why', sa.String(length=400), nullable=False),
    sa.Column('published_by_id', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('number > 0', name='ck_disclosure_counts_from_one'),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name='fk_disclosure_community_id_community'),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name='fk_disclosure_market_day_id_market_day'),
    sa.ForeignKeyConstraint(['published_by_id'], ['person.id'], name='fk_disclosure_published_by_id_person'),
    sa.PrimaryKeyConstraint('id', name='pk_disclosure'),
    sa.UniqueConstraint('market_day_id', 'number', name='uq_disclosure_market_day_id_number'),
    info={'posted': True}
    )
    op.create_index('ix_disclosure_community_id', 'disclosure', ['community_id'])
    guards.only_grows('disclosure')


def hear_concerns():
    op.create_table('concern',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('about', sa.String(length=200), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('privacy','wrong','other')", name='ck_concern_known_kind'),
    sa.ForeignKeyConstraint(['community_id'], ['community.id'], name='fk_concern_community_id_community'),
    sa.PrimaryKeyConstraint('id', name='pk_concern'),
    sa.UniqueConstraint('code', name='uq_concern_code')
    )
    op.create_index('ix_concern_community_id_said_at', 'concern', ['community_id', 'said_at'])
    op.create_table('concern_answer',
    sa.Column('concern_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name='fk_concern_answer_by_id_person'),
    sa.ForeignKeyConstraint(['concern_id'], ['concern.id'], name='fk_concern_answer_concern_id_concern'),
    sa.PrimaryKeyConstraint('concern_id', name='pk_concern_answer')
    )


def keep_albums():
    op.create_table('album_picture',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('market_day_id', sa.Integer(), nullable=False),
    sa.Column('caption', sa.String(length=80), nullable=False),
    sa.Column('webp', sa.LargeBinary(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('sent_by_id', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('passed_by_id', sa.Integer(), nullable=True),
    sa.Column('passed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('passed_by_id IS NULL OR passed_by_id <> sent_by_id', name='ck_album_picture_two_people'),
    sa.CheckConstraint('(passed_by_id IS NULL) = (passed_at IS NULL)', name='ck_album_picture_passed_whole'),
    sa.ForeignKeyConstraint(['market_day_id'], ['market_day.id'], name='fk_album_picture_market_day_id_market_day'),
    sa.ForeignKeyConstraint(['passed_by_id'], ['person.id'], name='fk_album_picture_passed_by_id_person'),
    sa.ForeignKeyConstraint(['sent_by_id'], ['person.id'], name='fk_album_picture_sent_by_id_person'),
    sa.PrimaryKeyConstraint('id', name='pk_album_picture')
    )
    op.create_index('ix_album_picture_market_day_id', 'album_picture', ['market_day_id'])
