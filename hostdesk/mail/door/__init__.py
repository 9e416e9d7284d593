"""The door for mail: SMTP, LMTP and the pipe.

Promises that `250` (or exit code 0) is said only after one commit holds the mail's bytes and its row.
Refuses for size, syntax, unknown recipient, full disk and database away, and for nothing else: who wrote
is judged later.
"""
