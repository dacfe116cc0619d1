"""What a person has: unfinished answers, applications with their history, photos, messages. Theirs alone, by owner."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from fund.application import Actor, Application, Event, Move, Role, advance
from fund.business import Business
from fund.inbox import Inbox, Message
from fund.people import Person
from fund.ports import Applications, Clock, Drafts, Photo, Photos


class Records:
    """The use cases of 我的申请, of 我的消息 and of the photos stored so far."""

    def __init__(
        self,
        *,
        businesses: Mapping[str, Business],
        drafts: Drafts,
        applications: Applications,
        photos: Photos,
        inbox: Inbox,
        clock: Clock,
    ) -> None:
        self._businesses = businesses
        self._drafts = drafts
        self._applications = applications
        self._photos = photos
        self._inbox = inbox
        self._clock = clock

    def unfinished(self, person: Person) -> tuple[Business, ...]:
        """The kinds of business this person has begun and not handed in. Raises Unavailable."""
        handed_in = {a.submission_key for a in self._applications.of_person(person.id)}
        drafts = {name: self._drafts.load(person.id, name) for name in self._businesses}
        return tuple(
            self._businesses[name] for name, d in drafts.items() if d is not None and d.submission_key not in handed_in
        )

    def applications(self, person: Person) -> tuple[Application, ...]:
        """All of the person's applications, newest first."""
        return tuple(self._applications.of_person(person.id))

    def history(self, person: Person, reference: str) -> tuple[Application, tuple[Event, ...], tuple[Photo, ...]]:
        """One application with its events and photos. Raises NotFound, also for somebody else's."""
        application = self._applications.by_reference(person.id, reference)
        photos = self._photos.of(person.id, application.submission_key)
        return application, tuple(self._applications.events(application.id)), tuple(photos)

    def withdraw(self, person: Person, reference: str) -> Application:
        """Take an application back. Raises NotFound, WrongState, Stale."""
        application = self._applications.by_reference(person.id, reference)
        actor = Actor(Role.CITIZEN, person.id)
        moved, event = advance(application, Move.WITHDRAW, actor, self._clock())
        self._applications.move(moved, event)
        return moved

    def photo(self, person: Person, photo_id: UUID) -> bytes:
        """One of the person's own photos, as JPEG. Raises NotFound, Unavailable."""
        return self._photos.read(person.id, photo_id)

    def remove_photo(self, person: Person, photo_id: UUID) -> None:
        """Delete a photo not yet handed in. Raises WrongState, Unavailable."""
        self._photos.remove(person.id, photo_id)

    def messages(self, person: Person) -> tuple[Message, ...]:
        """What the person was told, newest first. Raises Unavailable."""
        return tuple(self._inbox.of(person.id))

    def unread(self, person: Person) -> int:
        """How many messages wait to be read. Raises Unavailable."""
        return self._inbox.unread(person.id)

    def read_messages(self, person: Person, until: datetime) -> None:
        """The person has seen all that came up to ``until``. Raises Unavailable."""
        self._inbox.read_all(person.id, min(until, self._clock()))
