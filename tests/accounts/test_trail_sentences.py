"""What lines of the trail say."""

from typing import Any

import pytest

from accounts.models import TrailEvent, User
from accounts.services.trail_sentences import WORDS, sentence

# What templates say.
pytestmark = pytest.mark.same_anywhere

What = TrailEvent.What


def line(what: str, /, *, by: User | None = None, about: User | None = None, **facts: Any) -> str:
    return sentence(TrailEvent(what=what, actor=by, subject=about, facts=facts))


def test_every_kind_has_words_even_without_facts() -> None:
    assert set(WORDS) == set(What.values)
    olga, mara = User(pk=1, name="Olga"), User(pk=2, name="Mara")
    for what in What.values:
        for by, about in ((olga, mara), (olga, None), (None, mara), (None, None), (olga, olga)):
            for facts in ({}, {"odd": [1, {"x": None}]}):
                words = line(what, by=by, about=about, **facts)
                assert words.endswith(".")
                assert "  " not in words
                assert "None" not in words
    assert sentence(TrailEvent(what="of_tomorrow", facts={})) == "Of tomorrow."


@pytest.mark.parametrize(
    ("what", "facts", "expected"),
    [
        ("signed_in", {"method": "password", "second": "totp"},
         "Olga signed in with a password and an authenticator code."),
        ("role", {"old": "member", "new": "manager"}, "Olga changed Mara's role from member to manager."),
        ("throttled", {"purpose": "password", "limit": "account"},
         "Too many passwords for Mara from several addresses: more were refused for a while."),
        ("sign_in_failed", {"method": "code"}, "Signing in as Mara failed with a wrong code."),
        ("sign_in_failed", {"method": "passkey"}, "Signing in as Mara failed with a wrong passkey."),
        ("sign_in_failed", {"method": "password"}, "Signing in as Mara failed with a wrong password."),
        ("sign_in_failed", {"method": "oidc", "reason": "unproved"},
         "Signing in as Mara was refused: nobody has proved the e-mail address yet."),
        ("team", {"field": "email address"}, "Olga changed Mara's email address."),
        ("mfa", {"kind": "totp", "on": False}, "Olga removed the authenticator app for Mara."),
        ("invited", {"role": "guest"}, "Olga invited somebody as guest."),
        ("project_access", {"project": 7, "access": "viewer"},
         "Olga set Mara's access to project no. 7 to viewer."),
        ("project_access", {"project": 7, "access": ""}, "Olga took Mara's access to project no. 7 away."),
        ("project_archived", {"project": 7, "archived": False}, "Olga brought back project no. 7."),
        ("grant", {"credits": 50}, "Olga gave Mara 50 credits."),
        ("adjust", {"credits": -5}, "Olga corrected Mara's credits by -5."),
        ("limit", {"done": "set", "scope": "person", "credits": 90, "period": "month", "action": "block"},
         "Olga set the limit for Mara of 90 credits a month (block)."),
        ("request", {"done": "granted", "credits": 20}, "Olga granted Mara's request for more credits (20)."),
        ("paused", {"paused": False}, "Olga resumed all spending."),
        ("team", {"time_zone": {"old": "UTC", "new": "Europe/Berlin"}}, "Olga changed the team's time zone."),
        ("key_refused", {"provider": "sandbox"}, "Sandbox refused the studio's key."),
        ("export", {"what": "trail"}, "Olga exported the audit trail."),
        ("session_ended", {"sessions": 2}, "Olga ended 2 of Mara's sessions."),
    ],
)  # fmt: skip
def test_facts_become_sentences(what: str, facts: dict[str, Any], expected: str) -> None:
    assert line(what, by=User(pk=1, name="Olga"), about=User(pk=2, name="Mara"), **facts) == expected


def test_who_changes_something_of_their_own() -> None:
    olga = User(pk=1, name="Olga")
    assert line(What.TEAM, by=olga, about=olga, field="name") == "Olga changed their own name."


def test_the_studio_itself_gives_credits_too() -> None:
    assert line(What.GRANT, about=User(pk=2, name="Mara"), credits=50) == "Mara was given 50 credits."
