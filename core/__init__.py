"""What every part may use: times, texts, files, errors. Knows nothing of clouds, bills or people."""
