"""The verbs of tickets, split by noun."""
