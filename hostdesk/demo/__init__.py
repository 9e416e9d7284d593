"""One invented hosting company with a believable month, made only through the verbs of the other rooms.

Main verb: `hostdesk.demo.building.build`. The same seed and the same instant give the same company.
"""
