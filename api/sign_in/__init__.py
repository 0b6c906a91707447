"""How somebody is let in: who a credential is of, and the pages and codes by which people get theirs."""
