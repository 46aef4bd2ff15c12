"""The conduct of all sweeps and commands of a database: settled, chained, verified, exported."""
