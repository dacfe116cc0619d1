"""The banks, through the settlement system (结算应用系统)."""
