"""Where the bytes of stored media lie: a folder or a bucket. `services/media.py` alone comes in here.

Both know the same verbs. A file that is not there is a FileNotFoundError, everything else an OSError.
"""


class Away(OSError):
    """The bucket does not answer, or refuses us: nothing is lost, and a later try may succeed."""
