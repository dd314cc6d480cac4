"""A change of name stands in the trail, without any name; whoever has gone gets none again."""

from accounts.models import TrailEvent, User
from accounts.services import erasure, profiles
from tests.factories import again


def change(person: User, name: str, **more: str) -> None:
    profiles.change(person, **{"name": name, "time_zone": "", "theme": "", **more})


def test_a_change_of_name_leaves_one_line(member: User) -> None:
    change(member, "Mia Member")
    change(member, "Mia Member", theme="dark")  # the same name
    event = TrailEvent.objects.get(what="team")
    assert (event.actor, event.subject, event.facts) == (member, member, {"field": "name"})
    assert (again(member).name, again(member).theme) == ("Mia Member", "dark")


def test_whose_account_was_deleted_meanwhile_gets_no_name_again(owner: User, stranger: User) -> None:
    erasure.erase(stranger)
    profiles.change(stranger, name="Sven", time_zone="", theme="dark", picture=None)
    assert (again(stranger).name, again(stranger).theme) == (f"Former member {stranger.pk}", "")
    assert not TrailEvent.objects.filter(what="team").exists()
