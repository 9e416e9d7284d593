"""Who is to work when, and who does (sla.hours, channel.tickets); windows for larger work (sla.offpeak).

Main verbs: `actions.start`, `end`, `take_place`; `planning.plan_shift`, `change_plan`; `watching.watch`.
"""
