"""`make bench`: every figure."""

from tests.bench import render, web

render.main()
web.main()
