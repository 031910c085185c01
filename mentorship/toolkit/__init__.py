"""The IMG toolkit: the journey stage by stage with its dates and costs, and the resources."""
