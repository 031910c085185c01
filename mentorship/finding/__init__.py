"""Looking around: members see who is there, in the order of fit, and say whom they would like."""
