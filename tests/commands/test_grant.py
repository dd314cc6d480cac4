"""`manage.py grant`"""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from studio.models import CreditEntry
from studio.services import credits


def test_it_gives_credits_and_says_so(member: User, capsys: Any) -> None:
    call_command("grant", "Mara@example.org", "200", "--reason", "For the album")
    entry = CreditEntry.objects.latest("pk")
    assert (entry.kind, entry.amount, entry.reason) == ("grant", 200, "For the album")
    assert credits.balance(member) == 300
    assert capsys.readouterr().out == "Mara Member has 300 credits now.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nobody@example.org", "5", "--reason", "x"), "Nobody in the team has the address"),
        (("mara@example.org", "0", "--reason", "x"), "more than 0"),
        (("mara@example.org", "--reason", "x", "--", "-5"), "more than 0"),
        (("mara@example.org", "many", "--reason", "x"), "invalid int"),
        (("mara@example.org", "5"), "--reason"),
    ],
)
def test_it_refuses_in_words(arguments: tuple[str, ...], sentence: str, member: User) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("grant", *arguments)
    assert credits.balance(member) == 100
