"""Mails fetched from mailboxes elsewhere, by IMAP.

Promises that a mail is kept, by one durable commit, before its mailbox hears that we have it; that whatever happens in
between it becomes one mail; and that one process at a time looks into a mailbox.
"""
