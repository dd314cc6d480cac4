"""The studio with one view more, which does nothing: what the server and the middleware take alone."""

from studio.settings import *

ROOT_URLCONF = "tests.bench.empty.urls"
