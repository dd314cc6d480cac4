"""What an answer can be, and rows that many addresses share.

A row says what each kind of person gets: (anonymous, member of the team who is not in the project, viewer,
guest, editor, member who owns the project, manager of the team, owner of the team). Of seven, the manager is
answered as any other member. Who was deactivated is answered as nobody.
"""

Rows = dict[str, tuple[int, ...]]

SIGN_IN, OK, LED_ON, UNPROCESSABLE, FORBIDDEN, NOT_FOUND, WRONG_METHOD = 302, 200, 302, 422, 403, 404, 405
DONE = 204  # and nothing to show
STALE = 409

EVERYBODY_SIGNED_IN = (SIGN_IN, OK, OK, OK, OK, OK, OK)
WHO_MAY_SEE = (SIGN_IN, NOT_FOUND, OK, OK, OK, OK, OK)
WHO_MAY_ORDER = (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, OK, OK, OK)
WHO_MAY_MANAGE = (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK, OK)

OWNERS_ONLY = (SIGN_IN, *(FORBIDDEN,) * 5, OK)
MANAGERS_ONLY = (SIGN_IN, *(FORBIDDEN,) * 5, OK, OK)
