"""Digits as they are read aloud, in English."""

ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spoken(digits: str) -> list[str]:
    """The words of a whole number of decimal digits of any script.

    Years and other numbers of four digits in pairs ("nineteen eighty-four"); from five digits on, and behind
    a leading zero, digit by digit.
    """
    value = int(digits[:5])
    if len(digits) > 4 or (digits[0] == "0" and len(digits) > 1):
        return [ONES[int(digit)] for digit in digits]
    if value < 100:
        return _small(value)
    if value < 1000:
        return [ONES[value // 100], "hundred", *(_small(value % 100) if value % 100 else [])]
    high, low = divmod(value, 100)
    if high % 10 == 0:
        return [ONES[high // 10], "thousand", *(_small(low) if low else [])]
    return [
        *_small(high),
        *(["hundred"] if low == 0 else ["oh"] if low < 10 else []),
        *(_small(low) if low else []),
    ]


def _small(value: int) -> list[str]:
    if value < 20:
        return [ONES[value]]
    return [TENS[value // 10 - 2], *([ONES[value % 10]] if value % 10 else [])]
