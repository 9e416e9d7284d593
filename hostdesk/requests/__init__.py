"""Changes to a customer's account: typed requests on tickets, carried out only when the policy allows it.

Promises: contact.privileges, contact.restricted, contact.password, fee.cleanup, channel.tickets (no change without its
ticket). Verbs: `ask`, `confirm`, `give_second_yes`, `accept_price`, `record_payment`, `approve`, `object_to`, `withdraw`,
`begin`, `finish`.
"""
