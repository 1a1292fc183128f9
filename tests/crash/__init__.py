"""SIGKILL of the running program at every named point of its road: nothing acknowledged is lost, nothing done twice."""
