"""What the peers on Matrix answer: about as long as our help."""

HELP = "You can send an idea, look at your drafts, choose a language.\n\n1. New idea\n2. My drafts\n3. Language"
