"""A hasher that counts how often a password reaches it."""

from threading import Lock

from django.contrib.auth.hashers import MD5PasswordHasher


class Counting(MD5PasswordHasher):
    """`verify` goes through `encode` as well."""

    encoded = 0
    lock = Lock()

    def encode(self, password: str, salt: str) -> str:
        with self.lock:
            Counting.encoded += 1
        return super().encode(password, salt)
