"""Refusals that a person may be shown: each says what is wrong in their words."""


class Refusal(Exception):
    """The message is a sentence for the person; `field` names the form field it belongs to."""

    field = ""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotEnoughCredits(Refusal):
    def __init__(self, price: int, balance: int) -> None:
        cost = f"{price} credit{'' if price == 1 else 's'}"
        super().__init__(f"This costs {cost} and you have {balance}. Ask an owner for more.")
        self.price, self.balance = price, balance


class TooLate(Refusal):
    """The task has moved on meanwhile, so that what was asked for is no longer possible."""


class InvalidOrder(Refusal):
    """An order that no form would have let through."""
