"""What every request and answer passes through: guard, deny list, robots, conditions, manners, rehearsal."""
