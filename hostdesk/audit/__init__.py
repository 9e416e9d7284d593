"""The append-only history, and every automatic judgement with its clause, version and facts.

Rows are only ever added: the database itself refuses to change or remove one.
Clauses: channel.tickets (documented before any change), scope.versions (a decision keeps its version).
"""
