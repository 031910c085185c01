"""Who did what, and the few doors that administrators open: the log, sealed answers, retention."""
