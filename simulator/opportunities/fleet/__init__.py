"""Resources as companies have them, each with all the findings that follow from what it is."""
