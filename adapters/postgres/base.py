"""What all tables are made from."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, registry


class Base(DeclarativeBase):
    """Names for constraints, so that a migration can speak of them; time zones everywhere."""

    # A registry of our own: Flask-SQLAlchemy derives from this class, and would fall over a bare map.
    registry = registry(
        metadata=MetaData(
            naming_convention={
                "pk": "%(table_name)s_pkey",
                "ix": "%(table_name)s_%(column_0_N_name)s_index",
                "uq": "%(table_name)s_%(column_0_N_name)s_key",
                "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
                "ck": "%(table_name)s_%(constraint_name)s_check",
            }
        ),
        type_annotation_map={datetime: DateTime(timezone=True), str: Text(), dict[str, Any]: JSONB()},
    )


db = SQLAlchemy(model_class=Base)
"""For ``db.init_app(app)`` and Flask-Migrate. Repositories open their own sessions: a worker has no Flask."""

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model
