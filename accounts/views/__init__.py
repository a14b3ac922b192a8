"""The pages of accounts: each one look-up, one form, one service, one answer."""
