"""What the APIs of each cloud say of a resource, under the names of their own fields."""
