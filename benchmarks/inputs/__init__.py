"""The mutation campaign: exports of every format, each spoiled in one way, and what the door makes of them.

    python -m benchmarks.inputs [--mutations 2000] [--seed 1] [--only KIND] [--mutation N]

`formats` and `seeds` hold the sound exports, `kinds` the ways to spoil one, `judge` reads what was written with code
that shares nothing with the product, `door` is the only module that calls the product, `pool` limits it from outside,
`verdict` says what is wrong, `whole` takes some of the exports through complete runs.
"""
