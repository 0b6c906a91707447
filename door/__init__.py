"""What stands before a web application of ours: hosts, sign-in, sessions, a journal of who came."""
