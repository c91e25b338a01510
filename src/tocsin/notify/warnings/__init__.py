"""Warnings to the public: composed by one person, approved by another, updated, cancelled, expired."""
