"""E-mail as such: what came in and what goes out, its door, its reading, its tokens and its delivery.

Promises that a mail answered for with `250` is kept, byte for byte, before the answer; that every kept
mail has exactly one fate; and that a mail written to go out leaves at least once, always under the same
Message-ID, or stands visibly as failed. Judges nobody: who may write is the gateway's business.
Main verbs: `actions.queue`, `actions.send_again`, `actions.wait_again`.
"""
