"""What the public is told and what it says: disclosures, concerns, pictures of market days."""

from market.models.public.album import AlbumPicture
from market.models.public.concerns import Concern, ConcernAnswer
from market.models.public.disclosures import Disclosure

__all__ = ["AlbumPicture", "Concern", "ConcernAnswer", "Disclosure"]
