"""The ways in which the house says no."""


class Refused(Exception):  # noqa: N818  (the word people use)
    """A rule says no; the sentence is for the person and says what to do next.

    `clause` is the id of the policy clause, or "" when a rule of the house and not of the policy refuses.
    """

    def __init__(self, clause: str, sentence: str) -> None:
        super().__init__(sentence)
        self.clause = clause
        self.sentence = sentence


class Missing(Exception):  # noqa: N818
    """Not there, or not yours: from outside the two look alike."""


class Misconfigured(Exception):  # noqa: N818
    """A setting or a file of the operator cannot be used; nothing was changed.

    `place` names the variable, or the file and the line in it.
    """

    def __init__(self, place: str, sentence: str) -> None:
        super().__init__(f"{place}: {sentence}")
        self.place = place
        self.sentence = sentence
