"""The columns that rows are landed as: exact money, dates, tags, and what cannot be one."""
