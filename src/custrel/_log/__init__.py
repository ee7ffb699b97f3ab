"""An order log, read and counted: what `custrel.summarize` stands on.

`times` reads order times of any form, `timeline` counts them as ticks; `orders` finds the rows
that cannot be used; `encoding` and `occasions` count purchase occasions per customer, over arrays
or on an engine; `summary_table` makes the columns of a customer summary of them.
"""
