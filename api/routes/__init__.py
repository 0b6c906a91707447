"""The routes, a module for each subject; one that is here is served."""
