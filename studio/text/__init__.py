"""What can be said of a text without asking anybody: its sections, its syllables, its changes, its times.

Pure functions on strings; knows neither Django nor the studio.
"""
