"""Tests of the dialog engine and of what authors of dialogs need."""
