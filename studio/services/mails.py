"""Notices by mail: what is due of one person goes in one mail, outside their quiet hours.

A try is counted, and the next one set, before the mail is sent: who is killed in between sends it once more,
later. Nothing is lost, and after the last try nobody tries again.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django_q.tasks import async_task

from accounts.models import User
from studio.models import Notice, NoticeChoice, Team
from studio.models.clock import db_now
from studio.services import notice_words, notices

MAIL_JOB = "studio.jobs.mail_notices"
SEND_TIMEOUT_S = 20  # of each step of SMTP
# How long after each try the next may be; each is longer than a mail takes.
PAUSES = (
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(days=1),
)
AT_ONCE = 50  # notices in one mail
RING_EVERY = timedelta(seconds=10)
SUBJECT = 120

_rung: list[datetime] = []  # when this process rang last


def ring_due() -> None:
    """Ring when a mail is due. The job sends all that are, so a bell now and then is enough."""
    now = db_now()
    if _rung and now - _rung[0] < RING_EVERY:
        return
    if Notice.objects.filter(mail_at__lte=now).exists():
        _rung[:] = [now]
        async_task(MAIL_JOB)


@transaction.atomic
def claim() -> list[Notice]:
    """What is to be told to the next person, by one mail; empty when nothing is due. Counts the try."""
    now = db_now()
    Notice.objects.filter(mail_at__lte=now, mail_tries__gte=len(PAUSES)).update(mail_at=None)
    Notice.objects.filter(mail_at__lte=now, user__is_active=False).update(mail_at=None)
    while first := Notice.objects.filter(mail_at__lte=now).order_by("mail_at", "pk").first():
        theirs = Notice.objects.filter(user=first.user_id, mail_at__lte=now)
        if until := _quiet_until(first.user, now):
            theirs.update(mail_at=until)
        elif found := _take(list(theirs.values_list("pk", flat=True)[:AT_ONCE]), now):
            return found
    return []


def _take(due: list[int], now: datetime) -> list[Notice]:
    """Those that nobody else has taken meanwhile, with the next try set."""
    rows = Notice.objects.filter(pk__in=due, mail_at__lte=now).select_for_update(no_key=True, of=("self",))
    found = list(rows.select_related("user").order_by("pk"))
    for tries in {notice.mail_tries for notice in found}:
        same = [notice.pk for notice in found if notice.mail_tries == tries]
        Notice.objects.filter(pk__in=same).update(
            mail_tries=F("mail_tries") + 1, mail_at=now + PAUSES[min(tries, len(PAUSES) - 1)]
        )
    return found


def _quiet_until(user: User, now: datetime) -> datetime | None:
    """When the person's quiet hours end, or None outside them."""
    choice = NoticeChoice.objects.filter(user=user).first()
    if choice is None or choice.quiet_from is None or choice.quiet_until is None:
        return None
    zone = user.time_zone or Team.objects.filter(pk=1).values_list("time_zone", flat=True).first() or "UTC"
    return end_of_quiet(choice.quiet_from, choice.quiet_until, zone, now)


def end_of_quiet(start: time, end: time, zone_name: str, now: datetime) -> datetime | None:
    """When the quiet hours end in which `now` lies by the clock on the wall there; None outside them.

    An hour that a clock shows twice is quiet both times, and of one that it leaves out nothing is.
    """
    zone = notices.zone_named(zone_name)
    local = now.astimezone(zone)
    wall = local.time()
    is_quiet = start <= wall < end if start < end else wall >= start or wall < end
    if not is_quiet:
        return None
    days = (local.date(), local.date() + timedelta(days=1))
    ends = [each for day in days for each in _moments(datetime.combine(day, end), zone)]
    return min(each for each in ends if each > now)


def _moments(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """When a clock there shows this: once, or twice in the night that is longer. What it leaves out counts as
    shown by a clock that was not put forward."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return [first, second] if second > first else [first]


# -- The mail itself -------------------------------------------------------------------------------


def send(found: list[Notice]) -> None:
    """One mail with all of these, which are of one person. Raises what SMTP raises."""
    user = found[0].user
    told = notice_words.words_of(found, user)
    context = {"user": user, "told": told, "origin": settings.PUBLIC_URL}
    mail = EmailMultiAlternatives(
        subject=_subject([each.text for each in told]),
        body=render_to_string("notices/email/mail.txt", context),
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated"},
        connection=get_connection(timeout=SEND_TIMEOUT_S),
    )
    mail.attach_alternative(render_to_string("notices/email/mail.html", context), "text/html")
    mail.send()


def sent(found: list[Notice]) -> None:
    """Nobody sends these again."""
    Notice.objects.filter(pk__in=[each.pk for each in found]).update(mail_at=None, mailed_at=db_now())


def _subject(texts: list[str]) -> str:
    """One line, whatever a title is made of: what comes after a line break would be another header."""
    text = texts[0] if len(texts) == 1 else f"{len(texts)} notices"
    return "Studio: " + " ".join(text.split())[:SUBJECT]
