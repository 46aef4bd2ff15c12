"""How well and how fast listings of web and FTP servers are read, beside others."""
