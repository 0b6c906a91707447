"""What closed findings really saved: billed cost beside what it would have been, with an interval."""
