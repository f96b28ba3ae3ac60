"""What every request and answer passes through: guard, robots, conditions, manners, rehearsal."""
