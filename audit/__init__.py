"""Who did what: a chain of sealed rows that is only ever added to."""
