"""What a plan is: the document that people approve, what differs between two of them, and how they are kept."""
