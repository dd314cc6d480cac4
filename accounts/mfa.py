"""How second factors fit into this house: the words, the name that passkeys belong to, and what lies in the
database of them, which nobody who has stolen it can use."""

import base64
import re
import secrets
from ipaddress import ip_address
from urllib.parse import urlsplit

import qrcode  # type: ignore[import-untyped]
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.crypto import salted_hmac

NAME = "Studio"
USED_CODES = 5  # three may be right at the same time: this half minute's, the one's before and the next one's


class SecondFactors(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right. The app shows a new one every half minute, "
        "and each works once.",
        "cannot_generate_recovery_codes": "Recovery codes stand in for an app or a passkey. "
        "Set up one of these first.",
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # The studio's key is another one now. No code may be right, so this has to be a secret as well.
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def get_totp_issuer(self) -> str:
        return NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": _host(), "name": NAME}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}" if count else "Passkey"


def _box() -> Fernet:
    key = salted_hmac("accounts.mfa", "secrets of second factors", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or ""


def reason_against_passkeys() -> str:
    """Why browsers make no passkey for this studio's address; "" when they do."""
    host, is_local = _host(), _host() == "localhost" or _host().endswith(".localhost")
    if _is_number(host):
        port = urlsplit(settings.PUBLIC_URL).port
        instead = f"http://localhost{f':{port}' if port else ''}" if host in ("127.0.0.1", "::1") else ""
        then = f"Set PUBLIC_URL to {instead} and open it there" if instead else "Give it a name, with https"
        return f"A passkey belongs to a name, and the studio’s address is a number: {host}. {then}."
    if not (settings.PUBLIC_URL.startswith("https://") or is_local):
        return "A passkey needs https, and this studio’s address has none."
    return ""


def _is_number(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def spend(authenticator: Authenticator, code: str) -> bool:
    """Whether this right code of an app is used for the first time.

    allauth remembers used codes in the cache, which each process has for itself; here all of them see it.
    """
    code = re.sub(r"[\W_]", "", code)
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        used = row.data.get("used", [])
        if code in used:
            return False
        row.data["used"] = [*used, code][-USED_CODES:]
        row.save(update_fields=["data"])
    return True


def drawn(address: str) -> dict[str, str | int]:
    """A QR code for a template: the length of its side, and the path of its dark squares."""
    code = qrcode.QRCode(border=4)
    code.add_data(address)
    code.make(fit=True)
    rows = code.get_matrix()
    squares = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return {"side": len(rows), "path": "".join(squares)}
