"""What every face shares: guards, forms made from steps, error pages, security headers. No business rules."""
