"""What befalls a machine: a full disk, a lock, a damaged or deleted file, a clock that is set back. All of it real."""
