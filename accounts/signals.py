"""`accounts` knows nothing of the studio: whoever keeps something of a person listens here."""

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class Obstacle:
    """Why a person can't delete their account yet, and the page where that is put right."""

    why: str
    address: str = ""
    label: str = ""


# Receivers get `user` and give a list of obstacles. Asked again in the transaction of the deed.
asked_to_erase = Signal()
# Receivers get `user`, who has lost their name already, and `name` and `email` as they were. In the same
# transaction.
person_erased = Signal()
