find = get = open_ = add_alerts = remove_alert = note = close = reopen = None
