"""Equal treatment of IMGs: the plan and positions, parity of licensing by state, how to act."""
