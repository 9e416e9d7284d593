"""Work for later: rows that are claimed, rounds that collect them, and one worker that runs the rounds.

Promises that each piece of work is taken by one worker at a time, that a piece whose worker died is
taken again after its lease, and that periodic work happens once per interval with any number of workers.
"""
