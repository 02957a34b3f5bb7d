"""Who hears of what has happened: events become notices, and each notice becomes deliveries."""
