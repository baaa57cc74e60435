"""Measurements that anybody can rerun; no figure here decides a test."""
