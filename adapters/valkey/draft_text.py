"""A draft as text, and back."""

import json
from datetime import datetime
from types import MappingProxyType

from fund.draft import Draft


def text_of(draft: Draft) -> str:
    """JSON."""
    return json.dumps(
        {
            "business": draft.business,
            "submission_key": draft.submission_key,
            "reference": draft.reference,
            "started_at": draft.started_at.isoformat(),
            "version": draft.version,
            "answers": dict(draft.answers),
            "observed": dict(draft.observed),
            "done": sorted(draft.done),
            "history": {name: list(values) for name, values in draft.history.items()},
            "terms_version": draft.terms_version,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def draft_of(text: str) -> Draft:
    """The draft that ``text_of`` wrote, by this release or by one before it."""
    kept = json.loads(text)
    return Draft(
        business=kept["business"],
        submission_key=kept["submission_key"],
        reference=kept["reference"],
        started_at=datetime.fromisoformat(kept["started_at"]),
        version=kept["version"],
        answers=MappingProxyType(kept["answers"]),
        observed=MappingProxyType(kept["observed"]),
        done=frozenset(kept["done"]),
        history=MappingProxyType(
            {name: tuple((since, value) for since, value in values) for name, values in kept["history"].items()}
        ),
        terms_version=kept["terms_version"],
    )
