"""The core: ticket, message, queue, clocks on tickets, hand-over, history.

Promises: first come, first served within who may take it, exactly once, and measured (sla.fcfs); clocks from the policy in force (sla.response,
sla.resolve); every event kept (channel.tickets); complaints seen by supervisors only (conduct.complaints).
Main verbs: actions.opening.open_ticket, actions.writing.answer / add_customer_message / add_note,
actions.taking.take_next, actions.passing.give_back / pass_over, actions.classing.set_class, actions.closing.resolve / reopen, actions.ticking.clock_round.
"""
