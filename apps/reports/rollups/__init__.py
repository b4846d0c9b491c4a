"""Numbers by day, kept ready, so that a report costs the same whatever the size of the tables.

marks.py       which days a write has changed
metrics/       what is counted, each metric one declaration
authors.py     what adds up per person, and not over days
refresh.py     the days that were marked or have passed, computed again
reading.py     what a report calls
checking.py    proof that it is what the tables say
"""
