"""Resources that kinds of waste add: each is billed, listed and measured in one step."""
