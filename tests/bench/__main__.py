"""`make bench`: every figure. DATABASE_URL chooses the database of polls and webhooks, FLOOD their number."""

import os

from tests.bench import hooks, polls, render, web, zips

DATABASE_URL = os.environ.get("DATABASE_URL", "")

web.main()
zips.main()
polls.main(DATABASE_URL)
hooks.main(int(os.environ.get("FLOOD") or hooks.COUNT), DATABASE_URL)
render.main(list(render.FAMILIES))
