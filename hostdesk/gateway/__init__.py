"""Sorts inbound mail: who wrote, may it in, which ticket.

Every mail ends in exactly one disposition, decided by one visible table (`admission.TABLE`).
Clauses: contact.listed_sender, contact.unlisted, contact.identify, conduct.complaints, channel.no_duplicates.
Main verbs: actions.sorting.sort_round, actions.by_hand.open_as_ticket, actions.by_hand.run_again.
"""
