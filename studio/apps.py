from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "studio"

    def ready(self) -> None:
        from studio import signals  # noqa: F401, RUF100 - connects the receivers
