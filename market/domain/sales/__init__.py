"""Selling: receipt codes, sales and refunds, consignment, the till and its closing."""
