"""The WeChat platform: wire format of the callback, duplicate records, tokens, API client."""
