"""The outside world, simulated: WeChat with a phone, the identity service, the core system, the bank.

A process of its own that imports nothing but its own files; the service reaches it over HTTP only.
"""
