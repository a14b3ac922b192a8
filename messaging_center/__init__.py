"""The composition root: settings, addresses and the processes that the product consists of."""
