"""``flask wechat doctor``: the account looked at from end to end, each finding with what to do about it."""
