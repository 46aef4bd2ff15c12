"""Anonymous FTP and FTPS: one unit, one control connection, read only."""
