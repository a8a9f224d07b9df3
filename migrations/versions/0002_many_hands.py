"""What phones that were away, children's files and many hands need."""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade():
    # Phones that undo sales before they arrive.
    op.add_column('device', sa.Column('voids_ahead', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute('UPDATE device SET voids_ahead = true WHERE id IN (SELECT device_id FROM phone_void)')


def downgrade():
    op.drop_column('device', 'voids_ahead')
