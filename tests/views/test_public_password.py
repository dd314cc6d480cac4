"""Links that ask for a password, and what strangers send to them."""

from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.forms import ShareForm
from studio.models import Clip
from studio.services import shares
from studio.views import doors
from tests.canaries import PASSWORD
from tests.sharing import shared


def opened(client: Client, token: str, asked: str = "") -> Any:
    return client.get(reverse("public", args=[token]) + asked)


def test_a_password_opens_it_in_this_browser(client: Client, clip: Clip, member: User, settings: Any) -> None:
    settings.HTTPS = True
    share, token = shared(clip, member, password=PASSWORD, downloads=True)
    locked = opened(client, token).content.decode()
    assert clip.title not in locked
    assert "og:" not in locked
    parts = [reverse(f"public_{name}", args=[token, share.handle(clip.pk)]) for name in ("audio", "cover")]
    assert [client.get(part).status_code for part in parts] == [404, 404]

    path = reverse("public_unlock", args=[token])
    wrong = client.post(path, {"password": "not this one"})
    assert wrong.status_code == 422
    assert b"not the password" in wrong.content
    assert b"not this one" not in wrong.content
    right = client.post(path, {"password": PASSWORD})
    assert (right.status_code, right["Location"]) == (302, reverse("public", args=[token]))
    cookie = right.cookies[doors.COOKIE]
    assert (cookie["path"], cookie["secure"], cookie["httponly"], cookie["samesite"]) == (
        reverse("public", args=[token]),
        True,
        True,
        "Lax",
    )
    assert clip.title in opened(client, token).content.decode()
    assert [client.get(part).getvalue() != b"" for part in parts] == [True, True]
    assert clip.title not in opened(Client(), token).content.decode()


def test_another_password_or_another_link_stays_closed(client: Client, clip: Clip, member: User) -> None:
    share, token = shared(clip, member, password=PASSWORD)
    _, other = shared(clip, member, password=PASSWORD)
    client.post(reverse("public_unlock", args=[token]), {"password": PASSWORD})
    said = client.cookies[doors.COOKIE].value
    client.cookies[doors.COOKIE] = said  # sent everywhere, as no browser would
    assert clip.title not in opened(client, other).content.decode()
    assert clip.title in opened(client, token).content.decode()
    shares.change(share, by=member, expires_at=None, password="quite another one")
    assert clip.title not in opened(client, token).content.decode()


def test_who_guesses_waits(client: Client, clip: Clip, member: User) -> None:
    _, token = shared(clip, member, password=PASSWORD)
    path = reverse("public_unlock", args=[token])
    codes = [client.post(path, {"password": f"guess {n}"}).status_code for n in range(doors.GUESSES.tries)]
    assert codes == [422] * doors.GUESSES.tries
    refused = client.post(path, {"password": PASSWORD})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert b"Too many tries" in refused.content
    assert Client(enforce_csrf_checks=True).post(path, {"password": PASSWORD}).status_code == 403


def test_whoever_knows_it_shuts_nobody_out_of_the_same_house(clip: Clip, member: User) -> None:
    _, token = shared(clip, member, password=PASSWORD)
    path = reverse("public_unlock", args=[token])
    people = [Client() for _ in range(doors.GUESSES.tries + 1)]
    assert {each.post(path, {"password": PASSWORD}).status_code for each in people} == {302}
    codes = [Client().post(path, {"password": "a guess"}).status_code for _ in people]
    assert codes == [422] * doors.GUESSES.tries + [429]  # and guesses count as before


def test_letters_are_the_same_however_they_are_typed(client: Client, clip: Clip, member: User) -> None:
    form = ShareForm({"level": "listen", "ends": "month", "password": "cafe\u0301 society"})
    assert form.is_valid()
    _, token = shared(clip, member, password=form.cleaned_data["password"])
    path = reverse("public_unlock", args=[token])
    for typed in ("cafe\u0301 society", "caf\u00e9 society"):
        assert client.post(path, {"password": typed}).status_code == 302


def test_bad_input_is_no_error(client: Client, clip: Clip, member: User) -> None:
    _, token = shared(clip, member, password="a secret of theirs")
    path = reverse("public_unlock", args=[token])
    for sent in ({"password": "\0"}, {"password": "x" * 100_000}, {"password": ["a", "b"]}, {}):
        assert client.post(path, sent).status_code == 422
    _, other = shared(clip, member)
    for asked in ("?song=%00", "?song=%ff", f"?song={'x' * 5000}", "?song[]=1"):
        assert opened(client, other, asked).status_code == 200
    for handle in ("%00", "%ff", "x" * 3000):
        assert client.get(f"/s/{other}/audio/{handle}/").status_code == 404
