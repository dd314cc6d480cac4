from studio.settings import *
from studio.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.crash.apps.CrashConfig"]
