"""The parts that web and worker are both put together from."""

from dataclasses import dataclass
from typing import Any

from redis import Redis

from adapters.crypto import BlindIndex, FieldCipher
from adapters.files import open_store
from adapters.http.client import Observe
from adapters.jobs import defer
from adapters.photos import StoredPhotos
from adapters.postgres.account_events import PostgresAccountEvents
from adapters.postgres.account_requests import PostgresAccountRequests
from adapters.postgres.applications import PostgresApplications
from adapters.postgres.bindings import PostgresBindings
from adapters.postgres.database import Database
from adapters.postgres.followers import PostgresFollowers
from adapters.postgres.inbox import PostgresInbox
from adapters.postgres.late_pushes import PostgresLatePushes
from adapters.postgres.notices import PostgresNotices
from adapters.postgres.people import PostgresPeople
from adapters.postgres.photos import PhotoRows
from adapters.postgres.staff import PostgresStaff
from adapters.valkey.client import connect
from adapters.valkey.drafts import ValkeyDrafts
from adapters.valkey.members import CachedMembers
from adapters.valkey.sealed import SealedCache
from bootstrap import neighbours
from bootstrap.clock import now
from bootstrap.domain import MARKED, businesses, personal_fields
from config.settings import Settings
from fund.application import Move
from fund.business import Reviewable
from fund.correction import Corrections
from fund.intake import Intake
from fund.ports import Members
from fund.records import Records


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that plays a part behind the faces."""

    settings: Settings
    database: Database
    valkey: "Redis"
    quick_valkey: "Redis"
    cipher: FieldCipher
    index: BlindIndex
    cache: SealedCache
    kinds: dict[str, Reviewable]
    people: PostgresPeople
    bindings: PostgresBindings
    applications: PostgresApplications
    photos: StoredPhotos
    notices: PostgresNotices
    followers: PostgresFollowers
    late_pushes: PostgresLatePushes
    staff: PostgresStaff
    account_requests: PostgresAccountRequests
    account_events: PostgresAccountEvents
    drafts: ValkeyDrafts
    members: Members
    intake: Intake
    corrections: Corrections
    card_fixes: Corrections
    records: Records

    @property
    def titles(self) -> dict[str, str]:
        """A business's name → its title."""
        return {name: kind.title for name, kind in self.kinds.items()}

    def page(self, path: str) -> str:
        """The absolute address of one of our pages, by way of WeChat so that the follower is recognised."""
        return f"{self.settings.public_url.rstrip('/')}/wechat/oauth/start?next={path}"


def build(settings: Settings, database: Database, observe: Observe) -> Parts:
    """Put the parts together. Nothing is connected to yet. Raises ValueError or TermsError on bad settings."""
    cipher, index = FieldCipher(settings.data_keys), BlindIndex(settings.index_key)
    valkey = connect(settings.redis_url)
    cache = SealedCache(valkey, cipher, index)
    kinds = businesses()
    people = PostgresPeople(database, cipher, index)
    applications = PostgresApplications(database, cipher, index, personal_fields(kinds), defer, marked=MARKED)
    photos = StoredPhotos(PhotoRows(database), open_store(settings.files_url), cipher, now)
    staff = PostgresStaff(database, cipher, index)
    titles = {name: kind.title for name, kind in kinds.items()}
    drafts = ValkeyDrafts(valkey, cipher, index)
    members = CachedMembers(neighbours.core(settings, observe), cache)
    intake: dict[str, Any] = {
        "businesses": kinds,
        "drafts": drafts,
        "applications": applications,
        "photos": photos,
        "members": members,
        "cards": neighbours.bank(settings, observe),
        "clock": now,
    }
    return Parts(
        settings=settings,
        database=database,
        valkey=valkey,
        # A push must be answered within WeChat's five seconds, and a limit is no reason to wait.
        quick_valkey=connect(settings.redis_url, timeout=0.5, retries=0),
        cipher=cipher,
        index=index,
        cache=cache,
        kinds=kinds,
        people=people,
        bindings=PostgresBindings(database, cipher, index),
        applications=applications,
        photos=photos,
        notices=PostgresNotices(database, titles),
        followers=PostgresFollowers(database, index),
        late_pushes=PostgresLatePushes(database, cipher, index, defer),
        staff=staff,
        account_requests=PostgresAccountRequests(database, cipher, index, staff),
        account_events=PostgresAccountEvents(database),
        drafts=drafts,
        members=members,
        records=Records(
            businesses=kinds,
            drafts=drafts,
            applications=applications,
            photos=photos,
            inbox=PostgresInbox(database, cipher, titles),
            clock=now,
        ),
        intake=Intake(**intake),
        corrections=Corrections(move=Move.CORRECT, **intake),
        card_fixes=Corrections(move=Move.FIX_CARD, **intake),
    )
