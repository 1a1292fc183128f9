"""The store: one writer, files named by their content, migrations, backups."""
