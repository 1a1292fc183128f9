"""Others' bots, as their own documentation writes them; each is a program of its own, in an environment of its own."""
