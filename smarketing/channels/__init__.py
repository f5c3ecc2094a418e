"""Ways out: each sends what it is given and says how that went. They know neither notices nor people."""
