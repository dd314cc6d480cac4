"""A hostile upstream: it speaks the Producer contract, misbehaves by a seeded schedule, and keeps the books
that the studio is judged by. `python -m tests.hostile --help` starts it as a process of its own.
"""
