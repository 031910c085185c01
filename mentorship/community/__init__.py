"""The life of a section: openings, resolutions, meetings, council, and who may be found in it."""
