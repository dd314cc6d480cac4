"""`make bench`: every figure."""

from tests.bench import render, web

web.main()
render.main(list(render.FAMILIES))
