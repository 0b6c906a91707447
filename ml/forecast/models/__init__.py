"""The models that a forecast is made of, what each may be tried with, and how they are combined."""
