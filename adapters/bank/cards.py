"""Whether a card is a person's own, and of which class (facts §3.4)."""

from adapters.http.client import Neighbour
from adapters.http.fields import Fields, one_of, optional, truth, whole
from fund.numbers import CardNumber
from fund.people import Person
from fund.ports import CardVerdict


class BankCards:
    """Plays ``fund.ports.Cards``. ``bank`` carries the key header ``X-Bank-Key``."""

    def __init__(self, bank: Neighbour) -> None:
        self._bank = bank

    def check(self, bank: str, card: CardNumber, person: Person) -> CardVerdict:
        """What the bank says; None where it cannot tell, or where it tells a stranger nothing.

        Raises Refused with the bank's own code, or Unavailable (a check changes nothing, so asking again is
        always safe).
        """
        asked = {
            "bank": bank,
            "card": card.value,
            "name": person.name,
            "id_number": person.id_number.value,
        }
        with Fields("bank", self._bank.post("/cards/check", asked, replayable=True)) as fields:
            matches = fields.read("match", optional(truth), None)
            account_class = fields.read("account_class", optional(whole(1, 3)), None)
            kind = fields.read("kind", optional(one_of("debit", "credit")), None)
            status = fields.read("status", optional(one_of("normal", "closed")), None)
        return CardVerdict(
            matches=matches,
            account_class=account_class,
            kind=kind or "",
            open=status != "closed",
        )
