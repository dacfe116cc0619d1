"""Photos of documents: checked by content, made clean, sealed, stored, with a row that says whose."""

from adapters.photos.cleaning import Picture, cleaned
from adapters.photos.store import StoredPhotos

__all__ = ["Picture", "StoredPhotos", "cleaned"]
