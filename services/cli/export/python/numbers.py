# --- Numbers as texts ---


def shortest_digits(value):
    """The fewest digits that read back as the same number, and the place of the point before which they stand."""
    mantissa, exponent = f"{abs(decimal.Decimal(repr(value))):e}".split("e")
    digits = mantissa.replace(".", "").rstrip("0") or "0"
    return digits, 1 if value == 0 else int(exponent) + 1


def placed(digits, point):
    whole = digits[: max(0, point)].ljust(max(0, point), "0") or "0"
    fraction = "0" * max(0, -point) + digits[max(0, point) :]
    return whole + (f".{fraction}" if fraction.strip("0") else "")


def plain_double(value):
    if math.isnan(value) or math.isinf(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return ("-" if math.copysign(1, value) < 0 else "") + placed(*shortest_digits(value))
