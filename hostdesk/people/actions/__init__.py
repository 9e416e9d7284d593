"""Verbs of the room, split by noun: agents, contacts, importing, limits, links, persons, second_step, sessions, tokens."""
