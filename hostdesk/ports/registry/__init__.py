"""The registration data of a domain: RDAP found through IANA's list, WHOIS where there is none; and safe fetching outside.

Whoever answers is believed in nothing but having answered: sizes, times, depths and addresses are bounded here, and what
an answer says is evidence for people, never a proof. Clause: contact.password.
"""
