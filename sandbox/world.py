"""What is true in the simulated outside world: its people, and what its systems remember about them.

Kept under `VAR_DIR/sandbox/` and nowhere else; a killed sandbox finds everything again.
"""

from __future__ import annotations

import copy
import datetime
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .faults import Faults
from .logs import AppendLog

Person = dict[str, Any]
BEIJING = datetime.timezone(datetime.timedelta(hours=8))
DEMO_PEOPLE = Path(__file__).resolve().parent / "people.json"
JOURNAL_ENTRIES = 10_000
CHAT_ENTRIES = 10_000
DELIVERY_ENTRIES = 2_000


class WrongPeople(ValueError):
    """A list of people that cannot be used; the words say why."""


class World:
    """The people, and one named section for each system's memory, in one JSON file.

    `environ` is what the sandbox was started with. Raises WrongPeople when `SANDBOX_PEOPLE` cannot be used.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.folder = Path(environ.get("VAR_DIR") or "var") / "sandbox"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._people_file = Path(environ.get("SANDBOX_PEOPLE") or DEMO_PEOPLE)
        self._file = self.folder / "world.json"
        self._lock = threading.RLock()
        self._depth = 0
        self._journal = AppendLog(self.folder / "journal.jsonl", JOURNAL_ENTRIES)
        self.chats = AppendLog(self.folder / "chats.jsonl", CHAT_ENTRIES)
        self.deliveries = AppendLog(self.folder / "deliveries.jsonl", DELIVERY_ENTRIES)
        self.faults = Faults(self)
        self._data: dict[str, Any] = self._on_file()
        self._meet_the_people()

    # -- time ---------------------------------------------------------------------------------------------

    def now(self) -> float:
        """Seconds since 1970 by the platform's clock, which the control interface can advance."""
        return time.time() + float(self.section("clock").get("advanced", 0))

    # -- memory -------------------------------------------------------------------------------------------

    @contextmanager
    def changing(self) -> Iterator[dict[str, Any]]:
        """Change the world: all of it or, after an exception, nothing. May be nested in one thread."""
        with self._lock:
            self._depth += 1
            try:
                yield self._data
                if self._depth == 1:
                    self._save()
            except BaseException:
                if self._depth == 1:
                    self._data = self._on_file()
                raise
            finally:
                self._depth -= 1

    def section(self, name: str) -> dict[str, Any]:
        """One system's memory. Look at it freely; change it inside `changing()`, or it is not kept."""
        with self._lock:
            value: dict[str, Any] = self._data.setdefault(name, {})
            return value

    def reset(self, *, menu: bool = False) -> None:
        """Back to the people of the file, with nothing remembered and no fault planned.

        The account's menu is the administrators' work and stays, unless `menu` says otherwise. JS-SDK tickets and
        uploads outlive it too: the service has no way to notice that what it keeps of them is worth nothing.
        """
        with self.changing() as data:
            outliving = ("tickets", "media") if menu else ("tickets", "media", "menu")
            kept = {name: data[name] for name in outliving if name in data}
            data.clear()
            data.update(self._from_people_file())
            data.update(kept)
            self._journal.clear()
            self.chats.clear()
            self.deliveries.clear()

    # -- people -------------------------------------------------------------------------------------------

    def people(self) -> list[Person]:
        """Everybody, as copies. A withdrawal's year "this" has become the current year, an account's
        `"paid_until": "last"` the month before this one: demo people do not grow stale."""
        with self._lock:
            return [_as_of_this_year(person) for person in self._data["people"]]

    def person_by_login(self, login: str) -> Person | None:
        """The holder of this login name at the identity service."""
        return self._first(lambda person: bool(login) and person.get("login") == login)

    def person_by_openid(self, openid: str) -> Person | None:
        """The person whose WeChat this is."""
        return self._first(lambda person: bool(openid) and person.get("openid") == openid)

    def person_by_id(self, id_number: str) -> Person | None:
        """The person with this 证件号码."""
        return self._first(lambda person: bool(id_number) and person.get("id_number") == id_number)

    def replace_people(self, people: list[Person]) -> None:
        """From now on these are the people. Raises WrongPeople."""
        checked = _checked(people)
        with self.changing() as data:
            data["people"] = checked

    def _first(self, matches: Callable[[Person], bool]) -> Person | None:
        with self._lock:
            found = next((person for person in self._data["people"] if matches(person)), None)
            return None if found is None else _as_of_this_year(found)

    # -- journal ------------------------------------------------------------------------------------------

    def journal(self, service: str, method: str, path: str, status: int, note: str = "") -> None:
        """Write down one call. Status 0: the caller got no answer. `note`: the service's own code."""
        entry = {"service": service, "method": method, "path": path, "status": status, "time": timestamp()}
        self._journal.add(entry | ({"note": note} if note else {}))

    def journal_entries(self) -> list[dict[str, Any]]:
        """Every call received, oldest first."""
        return self._journal.entries()

    # -- the file -----------------------------------------------------------------------------------------

    def _meet_the_people(self) -> None:
        """Take over the people of the file at the first start, and whenever the file has changed."""
        fresh = self._from_people_file()
        if self._data.get("people_file") != fresh["people_file"]:
            with self.changing() as data:
                data.update(fresh)

    def _from_people_file(self) -> dict[str, Any]:
        try:
            text = self._people_file.read_text(encoding="utf-8")
            people = _checked(json.loads(text))
        except (OSError, ValueError) as problem:
            raise WrongPeople(f"{self._people_file}: {problem}") from problem
        return {"people": people, "people_file": hashlib.sha256(text.encode()).hexdigest()}

    def _on_file(self) -> dict[str, Any]:
        if not self._file.exists():
            return {}
        data: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        return data

    def _save(self) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps(self._data, ensure_ascii=False), encoding="utf-8")
        fresh.replace(self._file)


def timestamp() -> str:
    """This moment in Beijing, to the millisecond, as it is written in the journal and in inboxes."""
    return datetime.datetime.now(BEIJING).isoformat(timespec="milliseconds")


def _checked(people: Any) -> list[Person]:
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise WrongPeople("the people must be an array of objects")
    for key in ("openid", "login", "id_number"):
        values = [person[key] for person in people if person.get(key)]
        if not all(isinstance(value, str) for value in values):
            raise WrongPeople(f"every {key} must be a string")
        if len(set(values)) != len(values):
            raise WrongPeople(f"two people have the same {key}")
    return copy.deepcopy(people)


def _as_of_this_year(person: Person) -> Person:
    """A copy in which `"year": "this"` and a date without a year ("03-02") belong to the current year, and
    `"paid_until": "last"` is last month."""
    person = copy.deepcopy(person)
    now = datetime.datetime.now(BEIJING)
    year = now.year
    account = person.get("account")
    if account and account.get("paid_until") == "last":
        account["paid_until"] = f"{now.replace(day=1) - datetime.timedelta(days=1):%Y-%m}"
    for withdrawal in person.get("withdrawals") or ():
        if withdrawal.get("year") == "this":
            withdrawal["year"] = year
        if len(withdrawal.get("date") or "") == len("03-02"):
            withdrawal["date"] = f"{year}-{withdrawal['date']}"
    return person
