"""Agreement of nodes of which some are faulty: a state machine and its drivers."""
