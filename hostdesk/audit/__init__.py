"""The append-only history, who looked at what, and every automatic judgement with its clause, version and facts.

Rows are only ever added: the database itself refuses to change or remove one, and a sealed chain proves it.
Clauses: channel.tickets (documented before any change), scope.versions (a decision keeps its version).
"""
