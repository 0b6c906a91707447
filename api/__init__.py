"""The API: one door for people and machines, which knows who asks and shows nothing that they may not see."""
