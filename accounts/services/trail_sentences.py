"""What a line of the trail says in words. Lines hold codes alone; names are those of today.

Each kind has a small function of (line, who did it, whom it is about). Facts may be missing or of another
version of the studio: then the sentence says less.
"""

from __future__ import annotations

from collections.abc import Callable

from accounts.models import TrailEvent, User

NOBODY = "somebody"
What = TrailEvent.What
METHODS = {
    "password": "a password",
    "password_reset": "a link by mail",
    "totp": "an authenticator code",
    "recovery_codes": "a recovery code",
    "passkey": "a passkey",
    "oidc": "the team's sign-in service",
    "code": "a code",
}
WRONG = {"code": "code", "passkey": "passkey"}
FACTORS = {"totp": "the authenticator app", "webauthn": "a passkey", "recovery_codes": "recovery codes"}
TRIES = {"password": "passwords", "code": "codes", "reset": "requests for a new password"}
PLACES = {
    "account": " from several addresses",
    "address": " from one address",
    "mail_from": " from one address",
    "mail_to": " for one address",
}
PERIODS = {"day": "a day", "month": "a month"}
SHARES = {"changed": "changed", "readdressed": "gave a new address to", "revoked": "revoked"}
EXPORTS = {"trail": "the audit trail", "ledger": "credit lines", "own": "their own data"}


def sentence(event: TrailEvent) -> str:
    who, whom = name_of(event.actor), name_of(event.subject)
    words = WORDS[event.what](event, who, whom) if event.what in WORDS else event.what.replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}."


def name_of(user: User | None) -> str:
    if user is None:
        return NOBODY
    return "a former member" if user.erased_at else str(user)


def fact(event: TrailEvent, name: str, before: str = "", after: str = "") -> str:
    """A fact with the words around it, or nothing where the line does not hold it."""
    value = event.facts.get(name) if isinstance(event.facts, dict) else None
    return "" if value in (None, "") else f"{before}{value}{after}"


def is_on(event: TrailEvent, name: str, *values: str) -> bool:
    return fact(event, name).lower() in ("true", "on", *values)


def _signed_in(event: TrailEvent, who: str, whom: str) -> str:
    methods = [METHODS.get(fact(event, name), fact(event, name)) for name in ("method", "second")]
    known = " and ".join(filter(None, methods))
    return f"{who} signed in{' with ' if known else ''}{known}"


def _sign_in_failed(event: TrailEvent, who: str, whom: str) -> str:
    tried = "somebody tried an address that nobody has" if event.subject is None else f"signing in as {whom}"
    if fact(event, "reason") == "closed":
        return f"{tried} was refused: the account is closed"
    if fact(event, "reason") == "unproved":
        return f"{tried} was refused: nobody has proved the e-mail address yet"
    what = f" with a wrong {WRONG.get(fact(event, 'method'), 'password')}"
    return f"{tried} failed{what}" if event.subject else f"{tried} at sign-in"


def _throttled(event: TrailEvent, who: str, whom: str) -> str:
    tries = TRIES.get(fact(event, "purpose"), "tries")
    for_whom = f" for {whom}" if event.subject else ""
    return f"too many {tries}{for_whom}{PLACES.get(fact(event, 'limit'), '')}: more were refused for a while"


def _session_ended(event: TrailEvent, who: str, whom: str) -> str:
    whose = "their own" if event.subject in (None, event.actor) else f"{whom}'s"
    return f"{who} ended {fact(event, 'sessions') or 'one'} of {whose} sessions"


def _password(event: TrailEvent, who: str, whom: str) -> str:
    by_mail = " with a link by mail" if fact(event, "how") == "mail" else ""
    return f"{who} chose a new password{by_mail}"


def _mfa(event: TrailEvent, who: str, whom: str) -> str:
    did = "changed" if not fact(event, "on") else "added" if is_on(event, "on") else "removed"
    kind = FACTORS.get(fact(event, "kind"), fact(event, "kind")) or "a second factor"
    return f"{who} {did} {kind}{_for_another(event, whom)}"


def _invited(event: TrailEvent, who: str, whom: str) -> str:
    did = "made a new link for" if is_on(event, "again") else "invited"
    return f"{who} {did} somebody{fact(event, 'role', ' as ')}"


def _joined(event: TrailEvent, who: str, whom: str) -> str:
    return f"{whom if event.actor is None else who} joined the team{fact(event, 'role', ' as ')}"


def _role(event: TrailEvent, who: str, whom: str) -> str:
    return f"{who} changed {whom}'s role{fact(event, 'old', ' from ')}{fact(event, 'new', ' to ')}"


def _project_access(event: TrailEvent, who: str, whom: str) -> str:
    holder = f"{whom}'s" if event.subject else "the team's"
    if access := fact(event, "access"):
        return f"{who} set {holder} access to {_project(event)} to {access}"
    return f"{who} took {holder} access to {_project(event)} away"


def _project_archived(event: TrailEvent, who: str, whom: str) -> str:
    did = "archived" if is_on(event, "archived") or not fact(event, "archived") else "brought back"
    return f"{who} {did} {_project(event)}"


def _grant(event: TrailEvent, who: str, whom: str) -> str:
    credits = f"{fact(event, 'credits', '', ' ')}credits"
    return f"{who} gave {whom} {credits}" if event.actor else f"{whom} was given {credits}"


def _adjust(event: TrailEvent, who: str, whom: str) -> str:
    return f"{who} corrected {whom}'s credits{fact(event, 'credits', ' by ')}"


def _allowance(event: TrailEvent, who: str, whom: str) -> str:
    of = f"{whom}'s allowance" if event.subject else f"the allowance{fact(event, 'role', ' of each ')}"
    if fact(event, "action") == "ended":
        return f"{who} ended {of}{fact(event, 'credits', ' of ', ' credits a month')}"
    return f"{who} set {of}{fact(event, 'credits', ' to ', ' credits a month')}"


def _limit(event: TrailEvent, who: str, whom: str) -> str:
    scope = f" for {whom}" if event.subject else fact(event, "scope", " for the ")
    scope = fact(event, "project", " for project no. ") or scope
    period = fact(event, "period")
    amount = f"{fact(event, 'credits', ' of ', ' credits')} {PERIODS.get(period, period)}".rstrip()
    action = f" ({fact(event, 'action')})" if fact(event, "action") else ""
    return f"{who} {fact(event, 'done') or 'set'} the limit{scope}{amount}{action}"


def _request(event: TrailEvent, who: str, whom: str) -> str:
    done = fact(event, "done") or fact(event, "status")
    credits = fact(event, "credits", "", " ")
    if done in ("open", "asked", ""):
        return f"{who} asked for {credits}more credits"
    whose = f"{whom}'s" if event.subject and event.subject != event.actor else "their"
    return f"{who} {done} {whose} request for more credits{fact(event, 'credits', ' (', ')')}"


def _paused(event: TrailEvent, who: str, whom: str) -> str:
    return f"{who} {'paused' if is_on(event, 'paused') else 'resumed'} all spending"


def _team(event: TrailEvent, who: str, whom: str) -> str:
    if field := fact(event, "field"):
        if event.subject and event.subject == event.actor:
            return f"{who} changed their own {field}"
        return f"{who} changed {whom}'s {field}" if event.subject else f"{who} changed the team's {field}"
    names = ", ".join(sorted(event.facts)) if isinstance(event.facts, dict) else ""
    return f"{who} changed the team's {names.replace('_', ' ') or 'settings'}"


def _key_refused(event: TrailEvent, who: str, whom: str) -> str:
    return f"{fact(event, 'provider') or 'a provider'} refused the studio's key"


def _share(event: TrailEvent, who: str, whom: str) -> str:
    done = "revoked" if is_on(event, "revoked") else fact(event, "done")
    return f"{who} {SHARES.get(done, 'made')} a share{fact(event, 'share', ' (no. ', ')')}"


def _export(event: TrailEvent, who: str, whom: str) -> str:
    what = fact(event, "what") or fact(event, "of")
    return f"{who} exported {EXPORTS.get(what, what) or 'data'}"


def _for_another(event: TrailEvent, whom: str) -> str:
    return f" for {whom}" if event.subject and event.subject != event.actor else ""


def _project(event: TrailEvent) -> str:
    return f"project{fact(event, 'project', ' no. ')}"


WORDS: dict[str, Callable[[TrailEvent, str, str], str]] = {
    What.SIGNED_IN: _signed_in,
    What.SIGN_IN_FAILED: _sign_in_failed,
    What.SIGNED_OUT: lambda event, who, whom: f"{who} signed out",
    What.THROTTLED: _throttled,
    What.SESSION_ENDED: _session_ended,
    What.PASSWORD: _password,
    What.MFA: _mfa,
    What.INVITED: _invited,
    What.INVITATION_REVOKED: lambda event, who, whom: f"{who} revoked an invitation",
    What.JOINED: _joined,
    What.ROLE: _role,
    What.DEACTIVATED: lambda event, who, whom: f"{who} closed {whom}'s account",
    What.REACTIVATED: lambda event, who, whom: f"{who} let {whom} in again",
    What.ERASED: lambda event, who, whom: f"{who} deleted the account{_for_another(event, whom)}",
    What.PROJECT_ACCESS: _project_access,
    What.PROJECT_ARCHIVED: _project_archived,
    What.PROJECT_HANDED_OVER: lambda event, who, whom: f"{who} handed {_project(event)} over to {whom}",
    What.GRANT: _grant,
    What.ADJUST: _adjust,
    What.ALLOWANCE: _allowance,
    What.LIMIT: _limit,
    What.REQUEST: _request,
    What.PAUSED: _paused,
    What.TEAM: _team,
    What.KEY_REFUSED: _key_refused,
    What.SHARE: _share,
    What.EXPORT: _export,
}
