from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Each connects its receivers.
        from accounts import mfa_signals, sessions, trail_signals  # noqa: F401, RUF100
