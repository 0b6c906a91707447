"""The routes, a module for each subject, some in a folder of their own; one that is here is served."""
