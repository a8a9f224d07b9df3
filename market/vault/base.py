"""The vault's two sets of tables, apart from each other and from the main database's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from market.models.base import Base, UtcDateTime


class FileBase(DeclarativeBase):
    """Tables of the files."""

    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    type_annotation_map = {datetime: UtcDateTime}


class KeyBase(DeclarativeBase):
    """Tables of the key store."""

    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    type_annotation_map = {datetime: UtcDateTime}
