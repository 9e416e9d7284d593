"""People: agents and their teams, contacts and their roles, and how each of them signs in.

Promises: an address matches a contact exactly or not at all; every right ends the moment it is taken away;
nobody learns from a sign-in page whether an address is known.
Main verbs: `add_agent`, `sign_in`, `ask_for_link`, `use_link`, `set_contact`, `remove_contact`.
Clauses: contact.listed_sender, contact.off_server, contact.current, scope.published.
"""
