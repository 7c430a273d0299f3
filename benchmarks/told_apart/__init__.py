"""Answers beside what really followed: how surely does a judge that has learned from both tell which is which?"""
