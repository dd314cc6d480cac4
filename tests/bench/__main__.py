"""`make bench`: every figure. DATABASE_URL chooses the database of polls and webhooks, FLOOD their number."""

import os

from tests.bench import hooks, lyrics, polls, render, share, web, zips

DATABASE_URL = os.environ.get("DATABASE_URL", "")

web.main()
share.main(DATABASE_URL)
zips.main()
lyrics.main(DATABASE_URL)
polls.main(DATABASE_URL)
hooks.main(int(os.environ.get("FLOOD") or hooks.COUNT), DATABASE_URL)
render.main(list(render.FAMILIES))
