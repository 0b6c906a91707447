"""What services write to their logs, and what never gets into one."""
