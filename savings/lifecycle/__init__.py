"""What becomes of a finding: found, accepted, dismissed, done, verified, lapsed."""
