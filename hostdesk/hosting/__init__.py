"""Customers, their accounts, what they have with us, and the servers it stands on.

Below `people`, because the off-server rule (contact.off_server) asks which domains an account has.
Main verbs: `import_servers`, `note_account`. Clauses served: scope.dedicated, contact.off_server.
"""
