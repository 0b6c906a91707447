"""Machines, disks and snapshots."""
